package io.lowtide.density.ode;

/**
 * How an ODE is integrated.
 *
 * @param method the Runge-Kutta method
 * @param relativeTolerance per component, positive; adaptive methods
 * @param absoluteTolerance per component, positive; adaptive methods
 * @param maximumEvaluations evaluations of the right-hand side after which an adaptive solve is
 *     given up; at least 20
 * @param fixedSteps number of equal steps of a fixed-grid method, at least 1 there
 */
public record SolverSettings(
    ButcherTableau method,
    double relativeTolerance,
    double absoluteTolerance,
    int maximumEvaluations,
    int fixedSteps) {

  private static final int LEAST_BUDGET = 20;

  /**
   * @throws IllegalArgumentException if a value is out of range
   */
  public SolverSettings {
    if (method.isAdaptive()) {
      requireTolerance("relativeTolerance", relativeTolerance);
      requireTolerance("absoluteTolerance", absoluteTolerance);
      if (maximumEvaluations < LEAST_BUDGET) {
        throw new IllegalArgumentException(
            "maximumEvaluations: " + maximumEvaluations + ", expected at least " + LEAST_BUDGET);
      }
    } else if (fixedSteps < 1) {
      throw new IllegalArgumentException("fixedSteps: " + fixedSteps + ", expected at least 1");
    }
  }

  /** Dormand-Prince 5(4) with one tolerance, relative and absolute, and a budget of 1,000. */
  public static SolverSettings dormandPrince(double tolerance) {
    return new SolverSettings(ButcherTableau.DORMAND_PRINCE, tolerance, tolerance, 1_000, 0);
  }

  /** A fixed grid of {@code steps} equal steps. */
  public static SolverSettings fixedGrid(ButcherTableau method, int steps) {
    return new SolverSettings(method, 0, 0, 0, steps);
  }

  private static void requireTolerance(String name, double value) {
    if (!(value > 0 && value < 1)) {
      throw new IllegalArgumentException(name + ": " + value + ", expected between 0 and 1");
    }
  }
}
