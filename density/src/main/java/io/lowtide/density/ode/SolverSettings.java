package io.lowtide.density.ode;

/**
 * How an ODE is integrated: adaptively, or on a fixed grid.
 *
 * @param method the Runge-Kutta method
 * @param relativeTolerance per component, between 0 and 1; adaptive integration
 * @param absoluteTolerance per component, between 0 and 1; adaptive integration
 * @param maximumEvaluations evaluations of the right-hand side after which an adaptive solve is
 *     given up; at least 20
 * @param fixedSteps 0: adaptive, for a method that estimates its error; else the number of equal
 *     steps
 * @param initialStep length of the first step tried, up to 1; 0: the solver looks for one, which
 *     takes an evaluation; adaptive integration
 */
public record SolverSettings(
    ButcherTableau method,
    double relativeTolerance,
    double absoluteTolerance,
    int maximumEvaluations,
    int fixedSteps,
    double initialStep) {

  private static final int LEAST_BUDGET = 20;

  /**
   * @throws IllegalArgumentException if a value is out of range
   */
  public SolverSettings {
    if (fixedSteps < 0 || fixedSteps == 0 && !method.estimatesError()) {
      throw new IllegalArgumentException("fixedSteps: " + fixedSteps + ", expected at least 1");
    }
    if (fixedSteps == 0) {
      requireTolerance("relativeTolerance", relativeTolerance);
      requireTolerance("absoluteTolerance", absoluteTolerance);
      if (!(initialStep >= 0 && initialStep <= 1)) {
        throw new IllegalArgumentException(
            "initialStep: " + initialStep + ", expected between 0 and 1");
      }
      if (maximumEvaluations < LEAST_BUDGET) {
        throw new IllegalArgumentException(
            "maximumEvaluations: " + maximumEvaluations + ", expected at least " + LEAST_BUDGET);
      }
    }
  }

  /** Whether steps are chosen by the estimated error. */
  public boolean isAdaptive() {
    return fixedSteps == 0;
  }

  /** Dormand-Prince 5(4) with one tolerance, relative and absolute, and a budget of 1,000. */
  public static SolverSettings dormandPrince(double tolerance) {
    return new SolverSettings(ButcherTableau.DORMAND_PRINCE, tolerance, tolerance, 1_000, 0, 0);
  }

  /** A fixed grid of {@code steps} equal steps. */
  public static SolverSettings fixedGrid(ButcherTableau method, int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("fixedSteps: " + steps + ", expected at least 1");
    }
    return new SolverSettings(method, 0, 0, 0, steps, 0);
  }

  private static void requireTolerance(String name, double value) {
    if (!(value > 0 && value < 1)) {
      throw new IllegalArgumentException(name + ": " + value + ", expected between 0 and 1");
    }
  }
}
