package io.lowtide.trainer.nd4j;

import static io.lowtide.trainer.nd4j.TensorOps.addProductTransposed;
import static io.lowtide.trainer.nd4j.TensorOps.addScaled;
import static io.lowtide.trainer.nd4j.TensorOps.addTransposedProduct;
import static io.lowtide.trainer.nd4j.TensorOps.multiply;
import static io.lowtide.trainer.nd4j.TensorOps.product;
import static io.lowtide.trainer.nd4j.TensorOps.productTransposed;
import static io.lowtide.trainer.nd4j.TensorOps.scale;
import static io.lowtide.trainer.nd4j.TensorOps.shift;
import static io.lowtide.trainer.nd4j.TensorOps.sigmoid;
import static io.lowtide.trainer.nd4j.TensorOps.softplus;
import static io.lowtide.trainer.nd4j.TensorOps.timesOneMinus;

import io.lowtide.density.field.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One hidden layer over a batch of B records: h = activation(a), a = g o (W x) + b, with x of m and
 * h of n columns. Writes its part of the programs of a {@link BatchField}.
 *
 * <p>Notation: e = activation'(a); u = e o g, the sensitivity, so that dh = u o (W dx). Where gates
 * are folded into the weights, W stands for g o W, and u is e.
 */
final class HiddenLayer {

  private final Activation activation;
  private final Weights weights;
  private final INDArray context;

  /** x, B by m, and [x | 1]. */
  private final INDArray input;

  private final INDArray affineInput;

  /** h, B by n, and [h | 1]. */
  final INDArray output;

  final INDArray affineOutput;

  /** dL/dh, which becomes dL/da. */
  final INDArray outputCotangent;

  /** u, and dL/du. */
  final INDArray sensitivity;

  final INDArray sensitivityCotangent;

  /** dh for a probe, and its cotangent. */
  final INDArray tangent;

  final INDArray tangentCotangent;

  private final INDArray slope;
  private final INDArray linear;
  private final INDArray gate;
  private final INDArray tangentLinear;
  private final INDArray scratch;

  /** dL/dg; written after {@link #linear} was last read. */
  private final INDArray gateCotangent;

  /**
   * A layer's operands and the gradients with respect to them, as views of the field's blocks.
   *
   * @param plain W, n by m
   * @param affine [g o W | b]; null with a context
   * @param gate affine map of the gate; null without a context
   * @param bias affine map of the bias; null without a context
   */
  record Weights(
      INDArray plain,
      INDArray affine,
      INDArray gate,
      INDArray bias,
      INDArray plainGradient,
      INDArray affineGradient,
      INDArray gateGradient,
      INDArray biasGradient) {}

  HiddenLayer(
      Activation activation,
      Weights weights,
      INDArray context,
      INDArray input,
      INDArray affineInput,
      BatchArrays arrays) {
    int units = weights.plain().rows();
    boolean conditional = context != null;
    this.activation = activation;
    this.weights = weights;
    this.context = context;
    this.input = input;
    this.affineInput = affineInput;
    this.affineOutput = arrays.withOnes(units);
    this.output = arrays.leading(affineOutput, units);
    this.outputCotangent = arrays.matrix(units);
    this.slope = arrays.matrix(units);
    this.sensitivity = conditional ? arrays.matrix(units) : slope;
    this.sensitivityCotangent = arrays.matrix(units);
    this.linear = conditional ? arrays.matrix(units) : null;
    this.gate = conditional ? arrays.matrix(units) : null;
    this.gateCotangent = conditional ? arrays.matrix(units) : null;
    this.tangentLinear = arrays.matrix(units);
    this.tangent = arrays.matrix(units);
    this.tangentCotangent = arrays.matrix(units);
    this.scratch = arrays.matrix(units);
  }

  INDArray weights() {
    return weights.plain();
  }

  /** Computes h, e and u from x. */
  void forward(FieldProgram program) {
    // tanh(a) = 2 sigmoid(2a) - 1, and sigmoid is the cheaper function.
    double argument = activation == Activation.TANH ? 2 : 1;
    if (context == null) {
      program.add(productTransposed(argument, affineInput, weights.affine(), output));
    } else {
      program
          .add(productTransposed(1, input, weights.plain(), linear))
          .add(productTransposed(1, context, weights.gate(), gate))
          .add(sigmoid(gate, gate))
          .add(scale(2, gate, gate))
          .add(multiply(linear, gate, output))
          .add(addProductTransposed(context, weights.bias(), output));
      if (argument != 1) {
        program.add(scale(argument, output, output));
      }
    }
    switch (activation) {
      case TANH ->
          program
              .add(sigmoid(output, output))
              .add(timesOneMinus(output, slope))
              .add(scale(4, slope, slope))
              .add(scale(2, output, output))
              .add(shift(-1, output, output));
      case SOFTPLUS -> program.add(sigmoid(output, slope)).add(softplus(output, scratch));
    }
    if (context != null) {
      program.add(multiply(slope, gate, sensitivity));
    }
  }

  /** Computes dh = u o (W dx). */
  void forwardTangent(FieldProgram program, INDArray inputTangent) {
    program
        .add(productTransposed(1, inputTangent, weights.plain(), tangentLinear))
        .add(multiply(sensitivity, tangentLinear, tangent));
  }

  /**
   * Pulls the cotangent of dh back: to u, to W, and to dx.
   *
   * @param accumulate whether dL/du holds something already
   * @param inputTangentCotangent receives the cotangent of dx; null where nobody asks
   */
  void reverseTangent(
      FieldProgram program,
      INDArray inputTangent,
      boolean accumulate,
      INDArray inputTangentCotangent) {
    if (accumulate) {
      program
          .add(multiply(tangentCotangent, tangentLinear, scratch))
          .add(addScaled(1, scratch, sensitivityCotangent));
    } else {
      program.add(multiply(tangentCotangent, tangentLinear, sensitivityCotangent));
    }
    program.add(multiply(tangentCotangent, sensitivity, tangentCotangent));
    program.addForParameters(
        addTransposedProduct(1, tangentCotangent, inputTangent, weights.plainGradient()));
    if (inputTangentCotangent != null) {
      program.add(product(tangentCotangent, weights.plain(), inputTangentCotangent));
    }
  }

  /**
   * Pulls dL/dh and dL/du back to the operands and to x.
   *
   * @param inputFactor factor of the result
   * @param inputCotangent receives dL/dx times that factor
   */
  void reverse(FieldProgram program, double inputFactor, INDArray inputCotangent) {
    if (context == null) {
      addCurvature(program);
      program.add(multiply(outputCotangent, slope, outputCotangent));
      program.addForParameters(
          addTransposedProduct(1, outputCotangent, affineInput, weights.affineGradient()));
      program.add(product(inputFactor, outputCotangent, weights.plain(), inputCotangent));
      return;
    }
    program
        .add(multiply(sensitivityCotangent, slope, gateCotangent))
        .add(multiply(sensitivityCotangent, gate, sensitivityCotangent));
    addCurvature(program);
    program.add(multiply(outputCotangent, slope, outputCotangent));
    program
        .addForParameters(addTransposedProduct(1, outputCotangent, context, weights.biasGradient()))
        .addForParameters(multiply(outputCotangent, linear, scratch))
        .addForParameters(addScaled(1, scratch, gateCotangent))
        // g = 2 sigmoid(r), dg/dr = 2 (g/2) (1 - g/2).
        .addForParameters(scale(0.5, gate, scratch))
        .addForParameters(timesOneMinus(scratch, scratch))
        .addForParameters(multiply(gateCotangent, scratch, gateCotangent))
        .addForParameters(addTransposedProduct(2, gateCotangent, context, weights.gateGradient()));
    program.add(multiply(outputCotangent, gate, outputCotangent));
    program.addForParameters(
        addTransposedProduct(1, outputCotangent, input, weights.plainGradient()));
    program.add(product(inputFactor, outputCotangent, weights.plain(), inputCotangent));
  }

  /**
   * Adds to dL/dh what comes through e, so that dL/da = e o dL/dh: for tanh de/da = -2 h e, for
   * softplus de/da = (1 - e) e. At this point dL/du holds dL/de.
   */
  private void addCurvature(FieldProgram program) {
    switch (activation) {
      case TANH ->
          program
              .add(multiply(output, sensitivityCotangent, scratch))
              .add(addScaled(-2, scratch, outputCotangent));
      case SOFTPLUS ->
          program
              .add(addScaled(1, sensitivityCotangent, outputCotangent))
              .add(multiply(slope, sensitivityCotangent, scratch))
              .add(addScaled(-1, scratch, outputCotangent));
    }
  }
}
