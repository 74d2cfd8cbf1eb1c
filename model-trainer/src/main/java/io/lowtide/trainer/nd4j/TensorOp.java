package io.lowtide.trainer.nd4j;

/**
 * One tensor operation with its operands bound when it is made. An ND4J call that looks up its
 * operation, boxes its scalars and allocates its result costs tens of microseconds; a bound one
 * costs little more than the arithmetic.
 */
@FunctionalInterface
interface TensorOp {

  /** Computes the result into the bound output. */
  void run();
}
