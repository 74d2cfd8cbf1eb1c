package io.lowtide.density.field;

/** A vector field f(z, s; c) with its exact divergence: immutable, shared by all threads. */
public interface VectorField {

  /** Shape of the field. */
  FieldShape shape();

  /** A new evaluator, to be used by one thread at a time. */
  FieldEvaluator newEvaluator();
}
