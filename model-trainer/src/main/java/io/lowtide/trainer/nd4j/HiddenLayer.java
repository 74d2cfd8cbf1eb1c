package io.lowtide.trainer.nd4j;

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
  private final LayerArgument argument;

  /** h and [h | 1], B by n and B by n + 1. */
  final AffineInput output;

  /** dL/dh, which becomes dL/da. */
  final INDArray outputCotangent;

  /** u, and dL/du. */
  final INDArray sensitivity;

  final INDArray sensitivityCotangent;

  /** dh for a probe, and its cotangent. */
  final INDArray tangent;

  final INDArray tangentCotangent;

  private final INDArray slope;
  private final INDArray tangentLinear;
  private final INDArray scratch;

  /**
   * @param activation of the layer
   * @param index of the layer among the operands
   * @param operands those of the field
   * @param context decides how gates and biases come about
   * @param input x
   * @param arrays makes further arrays
   */
  HiddenLayer(
      Activation activation,
      int index,
      OperandMatrices operands,
      FieldContext context,
      AffineInput input,
      BatchArrays arrays) {
    int units = operands.weights(index).value().rows();
    this.activation = activation;
    this.output = arrays.affineInput(units);
    this.outputCotangent = arrays.matrix(units);
    this.slope = arrays.matrix(units);
    this.sensitivityCotangent = arrays.matrix(units);
    this.tangentLinear = arrays.matrix(units);
    this.tangent = arrays.matrix(units);
    this.tangentCotangent = arrays.matrix(units);
    this.scratch = arrays.matrix(units);
    this.argument = context.hidden(operands, index, input, scratch);
    this.sensitivity = argument.sensitivity(slope);
  }

  private OperandMatrix weights() {
    return argument.weights();
  }

  /** Computes h, e and u from x. */
  void forward(FieldProgram program) {
    INDArray h = output.plain();
    // tanh(a) = 2 sigmoid(2a) - 1, and sigmoid is the cheaper function.
    argument.forward(program, activation == Activation.TANH ? 2 : 1, h);
    switch (activation) {
      case TANH ->
          program
              .add(sigmoid(h, h))
              .add(timesOneMinus(h, slope))
              .add(scale(4, slope, slope))
              .add(scale(2, h, h))
              .add(shift(-1, h, h));
      case SOFTPLUS -> program.add(sigmoid(h, slope)).add(softplus(h, scratch));
    }
    argument.forwardSensitivity(program, slope);
  }

  /** Computes dh = u o (W dx). */
  void forwardTangent(FieldProgram program, INDArray inputTangent) {
    program
        .add(productTransposed(1, inputTangent, weights().value(), tangentLinear))
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
        addTransposedProduct(1, tangentCotangent, inputTangent, weights().gradient()));
    if (inputTangentCotangent != null) {
      program.add(product(tangentCotangent, weights().value(), inputTangentCotangent));
    }
  }

  /**
   * Pulls dL/dh and dL/du back to the operands and to x.
   *
   * @param inputFactor factor of the result
   * @param inputCotangent receives dL/dx times that factor
   */
  void reverse(FieldProgram program, double inputFactor, INDArray inputCotangent) {
    argument.reverseSensitivity(program, slope, sensitivityCotangent);
    addCurvature(program);
    program.add(multiply(outputCotangent, slope, outputCotangent));
    argument.reverse(program, outputCotangent);
    program.add(product(inputFactor, outputCotangent, weights().value(), inputCotangent));
  }

  /**
   * Adds to dL/dh what comes through e, so that dL/da = e o dL/dh: for tanh de/da = -2 h e, for
   * softplus de/da = (1 - e) e. At this point dL/du holds dL/de.
   */
  private void addCurvature(FieldProgram program) {
    switch (activation) {
      case TANH ->
          program
              .add(multiply(output.plain(), sensitivityCotangent, scratch))
              .add(addScaled(-2, scratch, outputCotangent));
      case SOFTPLUS ->
          program
              .add(addScaled(1, sensitivityCotangent, outputCotangent))
              .add(multiply(slope, sensitivityCotangent, scratch))
              .add(addScaled(-1, scratch, outputCotangent));
    }
  }
}
