package io.lowtide.density.ode;

/**
 * How an ODE is integrated: adaptively, on a fixed grid, or on a grid whose steps are checked, with
 * adaptive integration where one fails the check.
 *
 * @param method the Runge-Kutta method
 * @param relativeTolerance per component, between 0 and 1; not used by a grid without a check
 * @param absoluteTolerance likewise
 * @param maximumEvaluations evaluations of the right-hand side after which an adaptive solve is
 *     given up; at least 20, and not counting those of a grid tried before
 * @param fixedSteps 0: adaptive, for a method that estimates its error; else the number of steps of
 *     a grid, at most 10,000
 * @param gridMethod how a grid is integrated; {@code method} serves where a step fails the check
 * @param gridErrorLimit error norm of a step on the grid, in units of the tolerances, above which
 *     the solve starts again adaptively; 0: no check
 */
public record SolverSettings(
    ButcherTableau method,
    double relativeTolerance,
    double absoluteTolerance,
    int maximumEvaluations,
    int fixedSteps,
    GridMethod gridMethod,
    double gridErrorLimit) {

  private static final int LEAST_BUDGET = 20;

  /** A score takes no longer than that, whatever a bundle says. */
  private static final int MOST_STEPS = 10_000;

  /**
   * @throws IllegalArgumentException if a value is out of range
   */
  public SolverSettings {
    if (fixedSteps < 0 || fixedSteps > MOST_STEPS) {
      throw new IllegalArgumentException(
          "fixedSteps: " + fixedSteps + ", expected between 0 and " + MOST_STEPS);
    }
    if (!(gridErrorLimit >= 0 && gridErrorLimit < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "gridErrorLimit: " + gridErrorLimit + ", expected at least 0 and finite");
    }
    if (fixedSteps == 0 || gridErrorLimit > 0) {
      if (!method.estimatesError()) {
        throw new IllegalArgumentException(
            "solver method: \""
                + method.label()
                + "\" estimates no error, expected a grid (fixedSteps above 0) without a check");
      }
      requireTolerance("relativeTolerance", relativeTolerance);
      requireTolerance("absoluteTolerance", absoluteTolerance);
      if (maximumEvaluations < LEAST_BUDGET) {
        throw new IllegalArgumentException(
            "maximumEvaluations: " + maximumEvaluations + ", expected at least " + LEAST_BUDGET);
      }
    }
  }

  /** Whether the first attempt is on a grid. */
  public boolean startsOnGrid() {
    return fixedSteps > 0;
  }

  /** Whether each step on the grid is checked. */
  public boolean checksGrid() {
    return gridErrorLimit > 0;
  }

  /** Whether steps may be chosen by the estimated error. */
  public boolean mayAdapt() {
    return !startsOnGrid() || checksGrid();
  }

  /** Dormand-Prince 5(4) with one tolerance, relative and absolute, and a budget of 1,000. */
  public static SolverSettings dormandPrince(double tolerance) {
    return adaptive(ButcherTableau.DORMAND_PRINCE, tolerance, 1_000);
  }

  /** Adaptive integration with one tolerance, relative and absolute. */
  public static SolverSettings adaptive(
      ButcherTableau method, double tolerance, int maximumEvaluations) {
    return new SolverSettings(
        method, tolerance, tolerance, maximumEvaluations, 0, GridMethod.RUNGE_KUTTA, 0);
  }

  /** A grid of {@code steps} equal steps, without a check. */
  public static SolverSettings fixedGrid(ButcherTableau method, int steps) {
    return fixedGrid(method, GridMethod.RUNGE_KUTTA, steps);
  }

  /** A grid of {@code steps} steps of Adams' methods, without a check. */
  public static SolverSettings adamsGrid(int steps) {
    return fixedGrid(ButcherTableau.DORMAND_PRINCE, GridMethod.ADAMS, steps);
  }

  private static SolverSettings fixedGrid(ButcherTableau method, GridMethod gridMethod, int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("fixedSteps: " + steps + ", expected at least 1");
    }
    return new SolverSettings(method, 0, 0, 0, steps, gridMethod, 0);
  }

  /** These settings on a grid of {@code steps} steps with a check. */
  public SolverSettings onCheckedGrid(GridMethod gridMethod, int steps, double errorLimit) {
    return new SolverSettings(
        method,
        relativeTolerance,
        absoluteTolerance,
        maximumEvaluations,
        steps,
        gridMethod,
        errorLimit);
  }

  /** These settings without a grid, at tolerances of at least {@code leastTolerance}. */
  public SolverSettings adaptively(double leastTolerance) {
    return new SolverSettings(
        method,
        Math.max(leastTolerance, relativeTolerance),
        Math.max(leastTolerance, absoluteTolerance),
        maximumEvaluations,
        0,
        GridMethod.RUNGE_KUTTA,
        0);
  }

  private static void requireTolerance(String name, double value) {
    if (!(value > 0 && value < 1)) {
      throw new IllegalArgumentException(name + ": " + value + ", expected between 0 and 1");
    }
  }
}
