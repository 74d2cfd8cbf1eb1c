package io.lowtide.density.flow;

import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.ScalarVectorField;
import io.lowtide.density.field.VectorField;
import io.lowtide.density.field.VectorFields;
import io.lowtide.density.ode.ButcherTableau;
import io.lowtide.density.ode.SolverSettings;

/**
 * A continuous normalizing flow dz/ds = f(z, s; c), from a base density at s = 0 to the data at s =
 * 1: immutable, shared by all threads.
 *
 * @param field f and its divergence
 * @param base where it starts from, of as many dimensions as the field
 * @param solver how it is integrated
 */
public record Flow(VectorField field, BaseDensity base, SolverSettings solver) {

  private static final double REFERENCE_TOLERANCE = 1e-10;
  private static final int REFERENCE_BUDGET = 100_000;

  /**
   * @throws IllegalArgumentException if the base has other dimensions than the field
   */
  public Flow {
    if (base.dimensions() != field.shape().dimensions()) {
      throw new IllegalArgumentException(
          "base: of "
              + base.dimensions()
              + " dimensions, expected "
              + field.shape().dimensions()
              + ", those of the vector field");
    }
  }

  /** From a standard normal. */
  public Flow(VectorField field, SolverSettings solver) {
    this(field, new StandardNormal(field.shape().dimensions()), solver);
  }

  /** The flow of these parameters, by the fastest kernel of this machine. */
  public static Flow of(FlowParameters parameters, SolverSettings solver) {
    return new Flow(VectorFields.of(parameters.field()), parameters.base(), solver);
  }

  /** The same from a standard normal. */
  public static Flow reference(FieldParameters parameters) {
    return reference(FlowParameters.fromStandardNormal(parameters));
  }

  /**
   * The flow of these parameters in double precision, integrated to a tolerance of 1e-10: slow, to
   * measure others by.
   */
  public static Flow reference(FlowParameters parameters) {
    return new Flow(
        new ScalarVectorField(parameters.field()),
        parameters.base(),
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

  /** Numbers that its field and its base are made of. */
  long parameterCount() {
    return field.shape().parameterCount() + base.parameterCount();
  }

  /** Whether it starts from a mixture of Gaussians, which is near to the data by itself. */
  public boolean startsFromMixture() {
    return !(base instanceof StandardNormal);
  }

  /**
   * The flow of some of the dimensions, the others held at 0, from the base's marginal of these.
   *
   * @param dimensions indices of those to keep, ascending, at least one
   */
  public Flow restrictedTo(int[] dimensions) {
    return new Flow(field.restrictedTo(dimensions), base.restrictedTo(dimensions), solver);
  }

  /** The same flow, integrated in another way. */
  public Flow withSolver(SolverSettings other) {
    return new Flow(field, base, other);
  }

  /** A new integrator, to be used by one thread at a time. */
  public FlowIntegrator newIntegrator() {
    return new FlowIntegrator(this);
  }

  /** The same for points of which some components may be missing. */
  public PartialFlow newPartialFlow() {
    return new PartialFlow(this);
  }

  /** The log-density on a fixed grid with its derivatives, to be used by one thread at a time. */
  public FlowDerivatives newDerivatives() {
    return new FlowDerivatives(this);
  }
}
