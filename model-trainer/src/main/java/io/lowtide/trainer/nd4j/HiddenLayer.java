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
 * h of n columns. Writes its part of the programs of a {@link FieldNetwork}.
 *
 * <p>Notation: e = activation'(a); u = e o g, the sensitivity, so that dh = u o (W dx). Where gates
 * are folded into the weights, W stands for g o W, and u is e.
 */
final class HiddenLayer {

  private final Activation activation;
  private final LayerArgument argument;
  private final AffineInput output;
  private final INDArray outputCotangent;
  private final INDArray slope;
  private final INDArray sensitivity;
  private final Accumulator sensitivityCotangent;
  private final INDArray tangent;
  private final INDArray tangentCotangent;
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
    this.sensitivityCotangent = new Accumulator(arrays.matrix(units));
    this.tangentLinear = arrays.matrix(units);
    this.tangent = arrays.matrix(units);
    this.tangentCotangent = arrays.matrix(units);
    this.scratch = arrays.matrix(units);
    this.argument = context.hidden(operands, index, input, scratch);
    this.sensitivity = argument.sensitivity(slope);
  }

  /** h, B by n, and [h | 1]. */
  AffineInput output() {
    return output;
  }

  /** dL/dh, B by n, which becomes dL/da. */
  INDArray outputCotangent() {
    return outputCotangent;
  }

  /** u, B by n. */
  INDArray sensitivity() {
    return sensitivity;
  }

  /** dL/du, B by n. */
  Accumulator sensitivityCotangent() {
    return sensitivityCotangent;
  }

  /** dh for a probe, B by n. */
  INDArray tangent() {
    return tangent;
  }

  /** Cotangent of dh, B by n. */
  INDArray tangentCotangent() {
    return tangentCotangent;
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

  /**
   * Computes dh = u o (W dx).
   *
   * @param inputTangent dx, B by m
   */
  void forwardTangent(FieldProgram program, INDArray inputTangent) {
    program
        .add(productTransposed(1, inputTangent, argument.weights().value(), tangentLinear))
        .add(multiply(sensitivity, tangentLinear, tangent));
  }

  /**
   * Pulls the cotangent of dh back to u and to W.
   *
   * @param inputTangent dx, B by m
   */
  void reverseTangent(FieldProgram program, INDArray inputTangent) {
    sensitivityCotangent.addMultiplied(program, tangentCotangent, tangentLinear, scratch);
    program
        .add(multiply(tangentCotangent, sensitivity, tangentCotangent))
        .addForParameters(
            addTransposedProduct(1, tangentCotangent, inputTangent, argument.weights().gradient()));
  }

  /**
   * Pulls the cotangent of dh back to dx, after {@link #reverseTangent}.
   *
   * @param inputTangentCotangent receives the cotangent of dx, B by m
   */
  void reverseInputTangent(FieldProgram program, INDArray inputTangentCotangent) {
    program.add(product(tangentCotangent, argument.weights().value(), inputTangentCotangent));
  }

  /**
   * Pulls dL/dh and dL/du back to the operands and to x.
   *
   * @param inputFactor factor of the result
   * @param inputCotangent receives dL/dx times that factor, B by m
   */
  void reverse(FieldProgram program, double inputFactor, INDArray inputCotangent) {
    argument.reverseSensitivity(program, slope, sensitivityCotangent.total());
    addCurvature(program, sensitivityCotangent.total());
    program.add(multiply(outputCotangent, slope, outputCotangent));
    argument.reverse(program, outputCotangent);
    program.add(product(inputFactor, outputCotangent, argument.weights().value(), inputCotangent));
  }

  /**
   * Adds to dL/dh what comes through e, so that dL/da = e o dL/dh: for tanh de/da = -2 h e, for
   * softplus de/da = (1 - e) e.
   *
   * @param slopeCotangent dL/de, B by n
   */
  private void addCurvature(FieldProgram program, INDArray slopeCotangent) {
    switch (activation) {
      case TANH ->
          program
              .add(multiply(output.plain(), slopeCotangent, scratch))
              .add(addScaled(-2, scratch, outputCotangent));
      case SOFTPLUS ->
          program
              .add(addScaled(1, slopeCotangent, outputCotangent))
              .add(multiply(slope, slopeCotangent, scratch))
              .add(addScaled(-1, scratch, outputCotangent));
    }
  }
}
