package io.lowtide.trainer.nd4j;

/** What a {@link JacobianProduct} is for. */
sealed interface ProductUse permits TraceEstimate, JacobianCost {

  /** Adds to the derivative of the forward state. */
  void forward(FieldProgram program);

  /**
   * Pulls the constant cotangents of that state back to the product.
   *
   * @param cotangent that of (df/dz) e, B by d, added to
   */
  void reverse(FieldProgram program, Accumulator cotangent);
}
