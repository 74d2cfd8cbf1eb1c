package io.lowtide.trainer.nd4j;

import static io.lowtide.trainer.nd4j.TensorOps.product;
import static io.lowtide.trainer.nd4j.TensorOps.square;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a penalty charges along the path of a record: the squared length of a vector, with the
 * penalty's factor as its constant cotangent.
 */
final class RunningCost {

  private final INDArray vectors;
  private final double penalty;
  private final INDArray scratch;
  private final INDArray ones;

  /**
   * @param vectors one for each record, B by d
   * @param penalty factor of the integral of the cost in the loss
   * @param scratch B by d
   * @param arrays makes the arrays
   */
  RunningCost(INDArray vectors, double penalty, INDArray scratch, BatchArrays arrays) {
    this.vectors = vectors;
    this.penalty = penalty;
    this.scratch = scratch;
    this.ones = arrays.ones(vectors.columns());
  }

  /**
   * Computes the derivative of the cost, which is negative as s runs down.
   *
   * @param slope receives minus the squared lengths, length B
   */
  void forward(FieldProgram program, INDArray slope) {
    program.add(square(vectors, scratch)).add(product(-1, scratch, ones, slope));
  }

  /**
   * Pulls the cotangent of the cost back to the vectors.
   *
   * @param cotangent that of the vectors, B by d, added to
   */
  void reverse(FieldProgram program, Accumulator cotangent) {
    cotangent.addScaled(program, -2 * penalty, vectors);
  }
}
