package io.lowtide.trainer.nd4j;

import io.lowtide.density.field.FieldTensor;

/**
 * An affine map from [c | 1] whose constant is affine in the time: [context | constant + time s].
 *
 * @param block where it lies among the operands, n by k + 1
 * @param constant n parameters
 * @param time n parameters
 * @param context parameters, n by k
 */
record AffineOperand(
    OperandBlock block, FieldTensor constant, FieldTensor time, FieldTensor context) {

  /** Computes the operand at time s. */
  void fold(double[] parameters, double s, double[] operands) {
    int rows = block.rows();
    int width = block.columns() - 1;
    for (int i = 0; i < rows; i++) {
      int target = block.offset() + i;
      for (int j = 0; j < width; j++) {
        operands[target + j * rows] = parameters[context.offset() + i * width + j];
      }
      operands[target + width * rows] =
          parameters[constant.offset() + i] + parameters[time.offset() + i] * s;
    }
  }

  /**
   * Turns the gradient with respect to the operand into that with respect to its parameters.
   *
   * @param s time of the last {@link #fold}
   * @param operandGradient gradient with respect to the operands
   * @param integrand receives the gradient
   */
  void pullBack(double s, double[] operandGradient, double[] integrand) {
    int rows = block.rows();
    int width = block.columns() - 1;
    for (int i = 0; i < rows; i++) {
      int source = block.offset() + i;
      for (int j = 0; j < width; j++) {
        integrand[context.offset() + i * width + j] = operandGradient[source + j * rows];
      }
      double cotangent = operandGradient[source + width * rows];
      integrand[constant.offset() + i] = cotangent;
      integrand[time.offset() + i] = cotangent * s;
    }
  }
}
