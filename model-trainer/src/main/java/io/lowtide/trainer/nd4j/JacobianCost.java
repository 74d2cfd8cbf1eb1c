package io.lowtide.trainer.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The running cost of the Jacobian penalty, dj/ds = -|(df/dz) e|^2.
 *
 * @param cost that of (df/dz) e
 * @param slope dj/ds, length B
 */
record JacobianCost(RunningCost cost, INDArray slope) implements ProductUse {

  @Override
  public void forward(FieldProgram program) {
    cost.forward(program, slope);
  }

  @Override
  public void reverse(FieldProgram program, Accumulator cotangent) {
    cost.reverse(program, cotangent);
  }
}
