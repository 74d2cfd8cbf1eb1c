package io.lowtide.trainer.nd4j;

import io.lowtide.density.field.FieldLayer;
import io.lowtide.density.field.FieldShape;
import java.util.ArrayList;
import java.util.List;

/**
 * The matrices by which a batch is multiplied at one time s, as functions of the parameters, and
 * the way back for their gradients. Parameter-sized work is a thousandth of the batch-sized work,
 * so it is done here in plain double-precision Java, and a tensor call is spent on batches only.
 *
 * <p>An unconditional field has the same gates for every record, so they are folded into the
 * weights, and the bias is one more column: layer i multiplies by [g o W | b], and the divergence
 * by T = g1 M g2', where g2 is 1 for one hidden layer. With a context, gates and biases differ by
 * record: layer i multiplies by W, its gate's affine map by [gateContext | gateConstant + gateTime
 * s], its bias' likewise, and T = M.
 */
final class FieldOperands {

  private final List<LayerOperands> layers = new ArrayList<>();
  private final TraceProduct traceProduct;
  private final OperandBlock trace;
  private final int parameterCount;
  private double[] parameters;

  FieldOperands(FieldShape shape, boolean closedFormTrace) {
    this.parameterCount = shape.parameterCount();
    int offset = 0;
    for (FieldLayer tensors : shape.layers()) {
      LayerOperands layer = new LayerOperands(tensors, shape.contextDimensions(), offset);
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
    return layers.get(index).weights();
  }

  /** Unconditional field: {@link #weights} with the bias as a last column. */
  OperandBlock affine(int index) {
    OperandBlock weights = weights(index);
    return new OperandBlock(weights.offset(), weights.rows(), weights.columns() + 1);
  }

  /** Conditional field: affine map from [c, 1] to the argument of the gate's sigmoid. */
  OperandBlock gate(int index) {
    return layers.get(index).gate();
  }

  /** Conditional field: affine map from [c, 1] to the bias. */
  OperandBlock bias(int index) {
    return layers.get(index).bias();
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
    for (LayerOperands layer : layers) {
      layer.fold(parameters, s, operands);
    }
    LayerOperands rowLayer = layers.get(0);
    // Of one hidden layer, the next is the output layer, which has no gates.
    LayerOperands columnLayer = layers.get(1);
    double[] m = traceProduct.values();
    for (int j = 0, index = 0; j < trace.columns(); j++) {
      double columnGate = columnLayer.foldedGate(j);
      for (int i = 0; i < trace.rows(); i++, index++) {
        operands[trace.offset() + index] = rowLayer.foldedGate(i) * m[index] * columnGate;
      }
    }
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
    for (LayerOperands layer : layers) {
      layer.clearGateGradient();
    }
    LayerOperands rowLayer = layers.get(0);
    LayerOperands columnLayer = layers.get(1);
    double[] m = traceProduct.values();
    for (int j = 0, index = 0; j < trace.columns(); j++) {
      double columnGate = columnLayer.foldedGate(j);
      double columnSum = 0;
      for (int i = 0; i < trace.rows(); i++, index++) {
        double cotangent = operandGradient[trace.offset() + index];
        double rowGate = rowLayer.foldedGate(i);
        integrand[parameterCount + index] = cotangent * rowGate * columnGate;
        rowLayer.addGateGradient(i, cotangent * m[index] * columnGate);
        columnSum += cotangent * m[index] * rowGate;
      }
      columnLayer.addGateGradient(j, columnSum);
    }
    for (LayerOperands layer : layers) {
      layer.pullBack(parameters, s, operandGradient, integrand);
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
}
