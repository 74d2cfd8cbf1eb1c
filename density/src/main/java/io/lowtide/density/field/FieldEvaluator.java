package io.lowtide.density.field;

import io.lowtide.density.ode.OdeSystem;

/**
 * One thread's view of a vector field, as the ODE of the flow (FFJORD, equation 4, with the sign of
 * an integration from data to base): the state is z, of d components, and l, and its derivative is
 * f(z, s; c) and tr(df/dz). Allocates nothing after construction.
 */
public interface FieldEvaluator extends OdeSystem {

  /**
   * Sets the context for the evaluations that follow.
   *
   * @param context c, k numbers
   */
  void setContext(double[] context);
}
