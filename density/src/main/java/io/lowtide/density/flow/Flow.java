package io.lowtide.density.flow;

import io.lowtide.density.field.VectorField;
import io.lowtide.density.ode.SolverSettings;

/**
 * A continuous normalizing flow dz/ds = f(z, s; c), from a standard normal at s = 0 to the data at
 * s = 1: immutable, shared by all threads.
 *
 * @param field f and its divergence
 * @param solver how it is integrated
 */
public record Flow(VectorField field, SolverSettings solver) {

  /** d, the length of z. */
  public int dimensions() {
    return field.shape().dimensions();
  }

  /** k, the length of the context; 0 for an unconditional flow. */
  public int contextDimensions() {
    return field.shape().contextDimensions();
  }

  /** A new integrator, to be used by one thread at a time. */
  public FlowIntegrator newIntegrator() {
    return new FlowIntegrator(this);
  }
}
