package io.lowtide.trainer.nd4j;

import io.lowtide.density.field.FieldLayer;
import io.lowtide.density.field.FieldShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The matrices by which a batch is multiplied at one time s, as functions of the parameters, and
 * the way back for their gradients. Parameter-sized work is a thousandth of the batch-sized work,
 * so it is done here in plain double-precision Java, and a tensor call is spent on batches only.
 *
 * <p>An unconditional field has the same gates for every record, so they are folded into the
 * weights, and the bias is one more column: layer i multiplies by [g o W | b], and the divergence
 * by T = g1 M g2'. With a context, gates and biases differ by record: layer i multiplies by W, its
 * gate's affine map by [gateContext | gateConstant + gateTime s], its bias' likewise, and T = M.
 */
final class FieldOperands {

  private final FieldShape shape;
  private final boolean conditional;
  private final List<Layer> layers = new ArrayList<>();
  private final TraceProduct traceProduct;
  private final OperandBlock trace;
  private final int parameterCount;
  private double[] parameters;

  FieldOperands(FieldShape shape, boolean closedFormTrace) {
    this.shape = shape;
    this.conditional = shape.contextDimensions() > 0;
    this.parameterCount = shape.parameterCount();
    int offset = 0;
    for (FieldLayer tensors : shape.layers()) {
      Layer layer = new Layer(tensors, offset);
      layers.add(layer);
      offset = layer.end();
    }
    this.traceProduct = new TraceProduct(shape, closedFormTrace);
    this.trace = new OperandBlock(offset, traceProduct.rows(), traceProduct.columns());
  }

  /** Length of the operand vector. */
  int size() {
    return trace.end();
  }

  /**
   * Length of an integrand: the parameters, followed by M as if it were a parameter of its own; its
   * gradient reaches the weights in {@link #finish}, once per solve.
   */
  int integrandSize() {
    return parameterCount + traceProduct.size();
  }

  /** Weights of a layer; with gates folded in for an unconditional field. */
  OperandBlock weights(int index) {
    return layers.get(index).weights;
  }

  /** Unconditional field: {@link #weights} with the bias as a last column. */
  OperandBlock affine(int index) {
    OperandBlock weights = weights(index);
    return new OperandBlock(weights.offset(), weights.rows(), weights.columns() + 1);
  }

  /** Conditional field: affine map from [c, 1] to the argument of the gate's sigmoid. */
  OperandBlock gate(int index) {
    return layers.get(index).gate;
  }

  /** Conditional field: affine map from [c, 1] to the bias. */
  OperandBlock bias(int index) {
    return layers.get(index).bias;
  }

  /** T. */
  OperandBlock trace() {
    return trace;
  }

  /**
   * Sets the parameters.
   *
   * @param parameters flat vector in the layout of the shape; kept, and not to be changed before
   *     the next call
   */
  void setParameters(double[] parameters) {
    this.parameters = parameters;
    traceProduct.update(parameters);
  }

  /** Computes the operands at time s. */
  void fold(double s, double[] operands) {
    for (Layer layer : layers) {
      layer.fold(s, operands);
    }
    double[] m = traceProduct.values();
    for (int j = 0, index = 0; j < trace.columns(); j++) {
      double columnGate = columnGate(j);
      for (int i = 0; i < trace.rows(); i++, index++) {
        operands[trace.offset() + index] = rowGate(i) * m[index] * columnGate;
      }
    }
  }

  private double rowGate(int i) {
    return conditional ? 1 : layers.get(0).gates[i];
  }

  private double columnGate(int j) {
    return conditional || shape.hiddenLayers() < 2 ? 1 : layers.get(1).gates[j];
  }

  /**
   * Turns the gradient with respect to the operands of the last {@link #fold} into the gradient
   * with respect to parameters and M.
   *
   * @param s time of that fold
   * @param operandGradient gradient with respect to the operands
   * @param integrand receives the gradient, {@link #integrandSize()} numbers
   */
  void pullBack(double s, double[] operandGradient, double[] integrand) {
    for (Layer layer : layers) {
      layer.clearGateGradient();
    }
    double[] m = traceProduct.values();
    for (int j = 0, index = 0; j < trace.columns(); j++) {
      double columnGate = columnGate(j);
      double columnSum = 0;
      for (int i = 0; i < trace.rows(); i++, index++) {
        double cotangent = operandGradient[trace.offset() + index];
        double rowGate = rowGate(i);
        integrand[parameterCount + index] = cotangent * rowGate * columnGate;
        layers.get(0).gateGradient[i] += cotangent * m[index] * columnGate;
        columnSum += cotangent * m[index] * rowGate;
      }
      if (shape.hiddenLayers() == 2 && trace.rows() > 0) {
        layers.get(1).gateGradient[j] += columnSum;
      }
    }
    for (Layer layer : layers) {
      layer.pullBack(s, operandGradient, integrand);
    }
  }

  /**
   * Turns an integral of integrands into the parameter gradient.
   *
   * @param integral {@link #integrandSize()} numbers
   * @param factor multiplies the result
   * @param gradient receives the flat parameter gradient
   */
  void finish(double[] integral, double factor, double[] gradient) {
    System.arraycopy(integral, 0, gradient, 0, parameterCount);
    traceProduct.pullBack(parameters, integral, parameterCount, gradient);
    for (int i = 0; i < parameterCount; i++) {
      gradient[i] *= factor;
    }
  }

  private final class Layer {

    private final FieldLayer tensors;
    private final int units;
    private final int inputs;
    private final boolean gated;
    private final OperandBlock weights;
    private final OperandBlock gate;
    private final OperandBlock bias;
    private final double[] gates;
    private final double[] gateGradient;

    Layer(FieldLayer tensors, int offset) {
      this.tensors = tensors;
      this.units = tensors.units();
      this.inputs = tensors.inputs();
      this.gated = tensors.gateConstant().size() > 0;
      int context = shape.contextDimensions();
      this.weights = new OperandBlock(offset, units, inputs);
      this.bias = new OperandBlock(weights.end(), units, context + 1);
      this.gate = new OperandBlock(bias.end(), conditional && gated ? units : 0, context + 1);
      this.gates = new double[units];
      this.gateGradient = new double[units];
      Arrays.fill(gates, 1);
    }

    int end() {
      return gate.end();
    }

    void clearGateGradient() {
      Arrays.fill(gateGradient, 0);
    }

    void fold(double s, double[] operands) {
      if (gated && !conditional) {
        for (int i = 0; i < units; i++) {
          double argument =
              parameters[tensors.gateConstant().offset() + i]
                  + parameters[tensors.gateTime().offset() + i] * s;
          gates[i] = 2 / (1 + Math.exp(-argument));
        }
      }
      for (int i = 0; i < units; i++) {
        int row = tensors.weights().offset() + i * inputs;
        int target = weights.offset() + i;
        for (int j = 0; j < inputs; j++) {
          operands[target + j * units] = gates[i] * parameters[row + j];
        }
      }
      foldAffine(
          s,
          bias,
          tensors.biasConstant().offset(),
          tensors.biasTime().offset(),
          tensors.biasContext().offset(),
          operands);
      foldAffine(
          s,
          gate,
          tensors.gateConstant().offset(),
          tensors.gateTime().offset(),
          tensors.gateContext().offset(),
          operands);
    }

    /** [context | constant + time s]. */
    private void foldAffine(
        double s, OperandBlock block, int constant, int time, int context, double[] operands) {
      int width = block.columns() - 1;
      for (int i = 0; i < block.rows(); i++) {
        int target = block.offset() + i;
        for (int j = 0; j < width; j++) {
          operands[target + j * units] = parameters[context + i * width + j];
        }
        operands[target + width * units] = parameters[constant + i] + parameters[time + i] * s;
      }
    }

    void pullBack(double s, double[] operandGradient, double[] integrand) {
      for (int i = 0; i < units; i++) {
        int row = tensors.weights().offset() + i * inputs;
        int source = weights.offset() + i;
        double sum = gateGradient[i];
        for (int j = 0; j < inputs; j++) {
          double cotangent = operandGradient[source + j * units];
          integrand[row + j] = gates[i] * cotangent;
          sum += parameters[row + j] * cotangent;
        }
        gateGradient[i] = sum;
      }
      pullBackAffine(
          s,
          bias,
          tensors.biasConstant().offset(),
          tensors.biasTime().offset(),
          tensors.biasContext().offset(),
          operandGradient,
          integrand);
      if (conditional) {
        pullBackAffine(
            s,
            gate,
            tensors.gateConstant().offset(),
            tensors.gateTime().offset(),
            tensors.gateContext().offset(),
            operandGradient,
            integrand);
      } else if (gated) {
        for (int i = 0; i < units; i++) {
          double argumentGradient = gateGradient[i] * gates[i] * (2 - gates[i]) / 2;
          integrand[tensors.gateConstant().offset() + i] = argumentGradient;
          integrand[tensors.gateTime().offset() + i] = argumentGradient * s;
        }
      }
    }

    private void pullBackAffine(
        double s,
        OperandBlock block,
        int constant,
        int time,
        int context,
        double[] operandGradient,
        double[] integrand) {
      int width = block.columns() - 1;
      for (int i = 0; i < block.rows(); i++) {
        int source = block.offset() + i;
        for (int j = 0; j < width; j++) {
          integrand[context + i * width + j] = operandGradient[source + j * units];
        }
        double cotangent = operandGradient[source + width * units];
        integrand[constant + i] = cotangent;
        integrand[time + i] = cotangent * s;
      }
    }
  }
}
