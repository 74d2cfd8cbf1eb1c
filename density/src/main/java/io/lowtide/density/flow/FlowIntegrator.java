package io.lowtide.density.flow;

import io.lowtide.density.field.FieldEvaluator;
import io.lowtide.density.ode.OdeSolver;
import io.lowtide.density.ode.SolveStatus;

/**
 * Integrates a flow for one point at a time, carrying the log-density along (instantaneous change
 * of variables, Chen et al. 2018, arXiv 1806.07366, theorem 1). Belongs to one thread; allocates
 * nothing after construction.
 */
public final class FlowIntegrator {

  private final FieldEvaluator field;
  private final BaseEvaluator base;
  private final OdeSolver solver;
  private final double[] state;
  private double logDensity = Double.NaN;

  FlowIntegrator(Flow flow) {
    this.field = flow.field().newEvaluator();
    this.base = flow.base().newEvaluator();
    this.solver = OdeSolver.of(flow.solver(), flow.dimensions(), 1);
    this.state = new double[flow.dimensions() + 1];
  }

  /**
   * Sets the context of the integrations that follow; not needed for an unconditional flow.
   *
   * @param context c, k numbers
   */
  public void setContext(double[] context) {
    field.setContext(context);
  }

  /**
   * Log-density of a data point, by integration from s = 1 to 0: log p(x) = log base(z(0)) + l(0),
   * where dl/ds = tr(df/dz) and l(1) = 0. The result is in {@link #logDensity()}, and z(0) in
   * {@link #copyPosition}.
   *
   * @param x data point, d numbers
   * @return {@link SolveStatus#COMPLETED}, or why there is no log-density
   */
  public SolveStatus score(double[] x) {
    return integrate(x, 1, 0);
  }

  /**
   * Turns a point of the base distribution into a data point, by integration from s = 0 to 1. The
   * data point is in {@link #copyPosition}, and its log-density in {@link #logDensity()}.
   *
   * @param z draw from the base density, d numbers
   * @return {@link SolveStatus#COMPLETED}, or why there is no data point
   */
  public SolveStatus sample(double[] z) {
    double atStart = base.logDensity(z);
    SolveStatus status = integrate(z, 0, 1);
    if (status == SolveStatus.COMPLETED) {
      logDensity = atStart - state[state.length - 1];
    }
    return status;
  }

  private SolveStatus integrate(double[] from, double start, double end) {
    int integral = state.length - 1;
    System.arraycopy(from, 0, state, 0, integral);
    state[integral] = 0;
    logDensity = Double.NaN;
    SolveStatus status = solver.integrate(field, start, end, state);
    if (status != SolveStatus.COMPLETED) {
      return status;
    }
    logDensity = base.logDensity(state) + state[integral];
    return Double.isFinite(logDensity) ? SolveStatus.COMPLETED : SolveStatus.NOT_FINITE;
  }

  /** Log-density found by the last integration, in nats; NaN if it did not complete. */
  public double logDensity() {
    return logDensity;
  }

  /** Evaluations of the vector field in the last integration. */
  public int evaluations() {
    return solver.evaluations();
  }

  /**
   * Largest error norm of a step on a checked grid in the last integration, in units of the
   * tolerances; not a number where a step overflowed.
   */
  public double largestGridError() {
    return solver.largestGridError();
  }

  /**
   * Copies the end point of the last integration.
   *
   * @param position receives d numbers
   */
  public void copyPosition(double[] position) {
    System.arraycopy(state, 0, position, 0, state.length - 1);
  }
}
