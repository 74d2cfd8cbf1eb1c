package io.lowtide.density.flow;

import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.ScalarVectorField;
import io.lowtide.density.field.VectorField;
import io.lowtide.density.ode.ButcherTableau;
import io.lowtide.density.ode.SolverSettings;

/**
 * A continuous normalizing flow dz/ds = f(z, s; c), from a standard normal at s = 0 to the data at
 * s = 1: immutable, shared by all threads.
 *
 * @param field f and its divergence
 * @param solver how it is integrated
 */
public record Flow(VectorField field, SolverSettings solver) {

  private static final double REFERENCE_TOLERANCE = 1e-10;
  private static final int REFERENCE_BUDGET = 100_000;

  /**
   * The flow of these parameters in double precision, integrated to a tolerance of 1e-10: slow, to
   * measure others by.
   */
  public static Flow reference(FieldParameters parameters) {
    return new Flow(
        new ScalarVectorField(parameters),
        SolverSettings.adaptive(
            ButcherTableau.DORMAND_PRINCE, REFERENCE_TOLERANCE, REFERENCE_BUDGET));
  }

  /** d, the length of z. */
  public int dimensions() {
    return field.shape().dimensions();
  }

  /** k, the length of the context; 0 for an unconditional flow. */
  public int contextDimensions() {
    return field.shape().contextDimensions();
  }

  /**
   * The flow of some of the dimensions, the others held at 0.
   *
   * @param dimensions indices of those to keep, ascending, at least one
   */
  public Flow restrictedTo(int[] dimensions) {
    return new Flow(field.restrictedTo(dimensions), solver);
  }

  /** A new integrator, to be used by one thread at a time. */
  public FlowIntegrator newIntegrator() {
    return new FlowIntegrator(this);
  }

  /** The same for points of which some components may be missing. */
  public PartialFlow newPartialFlow() {
    return new PartialFlow(this);
  }
}
