package io.lowtide.density.field;

/** A vector field f(z, s; c) with its exact divergence: immutable, shared by all threads. */
public interface VectorField {

  /** Shape of the field. */
  FieldShape shape();

  /**
   * The field of some of the dimensions, the others held at 0, on the same kernel.
   *
   * @param dimensions indices of those to keep, ascending, at least one
   */
  VectorField restrictedTo(int[] dimensions);

  /** A new evaluator, to be used by one thread at a time. */
  FieldEvaluator newEvaluator();

  /**
   * A new tape, to be used by one thread at a time.
   *
   * @param times of the evaluations that it remembers, one for each place
   */
  FieldTape newTape(double[] times);
}
