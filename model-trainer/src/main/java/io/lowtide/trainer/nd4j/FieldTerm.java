package io.lowtide.trainer.nd4j;

/**
 * What adds to the divergence of a field, or to the running cost of the Jacobian penalty. Writes
 * its forward operations, which come after those for f, and its reverse operations, which come
 * after those that pull the cotangent of f back to the output layer, and before {@link
 * FieldNetwork#reverse}.
 */
sealed interface FieldTerm permits OneLayerTrace, TwoLayerTrace, JacobianProduct {

  /** dL/dl of every record, constant over the solve: the loss has -l(0). */
  double DIVERGENCE_COTANGENT = -1;

  /** Adds to the derivative of the forward state. */
  void forward(FieldProgram program);

  /** Adds to the cotangents of the sensitivities, and to the gradients of the operands. */
  void reverse(FieldProgram program);
}
