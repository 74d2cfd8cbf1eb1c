package io.lowtide.trainer.nd4j;

import static io.lowtide.trainer.nd4j.TensorOps.multiply;
import static io.lowtide.trainer.nd4j.TensorOps.scale;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The part factor e' (df/dz) e of the divergence. Its sum over all unit vectors is the divergence,
 * and its mean over random probes, too (Hutchinson's estimator).
 */
final class TraceEstimate implements ProductUse {

  private final INDArray direction;
  private final double factor;
  private final INDArray product;
  private final INDArray scratch;
  private final INDArray ones;
  private final Accumulator divergence;

  /**
   * @param direction e, B by d
   * @param factor 1 for a part, -1 to take one away
   * @param product (df/dz) e, B by d
   * @param scratch B by d
   * @param divergence length B, added to
   * @param arrays makes the arrays
   */
  TraceEstimate(
      INDArray direction,
      double factor,
      INDArray product,
      INDArray scratch,
      Accumulator divergence,
      BatchArrays arrays) {
    this.direction = direction;
    this.factor = factor;
    this.product = product;
    this.scratch = scratch;
    this.ones = arrays.ones(direction.columns());
    this.divergence = divergence;
  }

  @Override
  public void forward(FieldProgram program) {
    program.add(multiply(direction, product, scratch));
    if (factor != 1) {
      program.add(scale(factor, scratch, scratch));
    }
    divergence.addProduct(program, 1, scratch, ones);
  }

  @Override
  public void reverse(FieldProgram program, Accumulator cotangent) {
    cotangent.addScaled(program, FieldTerm.DIVERGENCE_COTANGENT * factor, direction);
  }
}
