package io.lowtide.trainer.engine;

/**
 * The records of one batch, every array column-major.
 *
 * @param x B by d; 0 for a component that a record lacks
 * @param context c, B by k; empty for an unconditional field
 * @param present B by d, 1 for a component that a record has and 0 for one that it lacks; empty
 *     where none is optional
 */
public record Batch(double[] x, double[] context, double[] present) {

  private static final double[] NONE = {};

  /** Complete records without a context. */
  public static Batch of(double[] x) {
    return new Batch(x, NONE, NONE);
  }
}
