package io.lowtide.trainer.nd4j;

import io.lowtide.density.field.FieldShape;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The operands of a field and the gradients with respect to them, in tensor memory. */
final class OperandMatrices {

  private final FieldOperands operands;
  private final double[] values;
  private final double[] gradientValues;
  private final TensorBuffer buffer;
  private final TensorBuffer gradient;

  /**
   * @param shape shape of the field
   * @param closedFormTrace whether the divergence is found in closed form
   * @param type element type
   */
  OperandMatrices(FieldShape shape, boolean closedFormTrace, DataType type) {
    this.operands = new FieldOperands(shape, closedFormTrace);
    this.values = new double[operands.size()];
    this.gradientValues = new double[operands.size()];
    this.buffer = new TensorBuffer(type, operands.size());
    this.gradient = new TensorBuffer(type, operands.size());
  }

  /** W of a layer of n units and m inputs, n by m; g o W for an unconditional field. */
  OperandMatrix weights(int layer) {
    return matrix(operands.weights(layer));
  }

  /** Unconditional field: [g o W | b], n by m + 1. */
  OperandMatrix affine(int layer) {
    return matrix(operands.affine(layer));
  }

  /** Conditional field: affine map from [c | 1] to the argument of the gate, n by k + 1. */
  OperandMatrix gate(int layer) {
    return matrix(operands.gate(layer));
  }

  /** Conditional field: affine map from [c | 1] to the bias, n by k + 1. */
  OperandMatrix bias(int layer) {
    return matrix(operands.bias(layer));
  }

  /** T of the closed-form divergence: H1 by 1 for one hidden layer, H1 by H2 for two. */
  OperandMatrix trace() {
    return matrix(operands.trace());
  }

  /** T of one hidden layer as a vector of length H1; shares its memory. */
  INDArray traceVector() {
    return buffer.vector(operands.trace().offset(), operands.trace().rows());
  }

  private OperandMatrix matrix(OperandBlock block) {
    return new OperandMatrix(view(buffer, block), view(gradient, block));
  }

  private static INDArray view(TensorBuffer buffer, OperandBlock block) {
    return buffer.matrix(block.offset(), block.rows(), block.columns());
  }

  /** Sets every gradient to 0. */
  TensorOp clearGradients() {
    return TensorOps.fill(0, gradient.vector());
  }

  /**
   * Sets the parameters.
   *
   * @param parameters flat vector in the layout of the shape; kept, and not to be changed before
   *     the next call
   */
  void setParameters(double[] parameters) {
    operands.setParameters(parameters);
  }

  /** Computes the matrices at time s. */
  void fold(double s) {
    operands.fold(s, values);
    buffer.upload(values, values.length);
  }

  /** Length of the integrand of the parameter gradient. */
  int integrandSize() {
    return operands.integrandSize();
  }

  /**
   * Turns the gradients into an integrand.
   *
   * @param s time of the last {@link #fold}
   * @param integrand receives {@link #integrandSize()} numbers
   */
  void pullBack(double s, double[] integrand) {
    gradient.download(gradientValues, gradientValues.length);
    operands.pullBack(s, gradientValues, integrand);
  }

  /**
   * Turns an integral of integrands into a parameter gradient.
   *
   * @param integral {@link #integrandSize()} numbers
   * @param factor multiplies the result
   * @param parameterGradient receives the gradient in the layout of the shape
   */
  void finish(double[] integral, double factor, double[] parameterGradient) {
    operands.finish(integral, factor, parameterGradient);
  }
}
