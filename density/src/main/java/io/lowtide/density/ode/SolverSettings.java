package io.lowtide.density.ode;

/**
 * How an ODE is integrated: adaptively, on a fixed grid, or on a grid whose steps are checked, with
 * adaptive integration where one fails the check. A value that is out of range is refused by the
 * name and the range that it has in a model bundle, where 0 stands for another way to integrate.
 */
public sealed interface SolverSettings {

  /** Most steps of a grid: a score takes no longer than that, whatever a bundle says. */
  int MOST_STEPS = 10_000;

  /**
   * Adaptive integration at tolerances of at least {@code leastTolerance}, for settings that can
   * adapt; a grid without a check stays as it is.
   */
  SolverSettings adaptively(double leastTolerance);

  /** Dormand-Prince 5(4) with one tolerance, relative and absolute, and a budget of 1,000. */
  static Adaptive dormandPrince(double tolerance) {
    return adaptive(ButcherTableau.DORMAND_PRINCE, tolerance, 1_000);
  }

  /** Adaptive integration with one tolerance, relative and absolute. */
  static Adaptive adaptive(ButcherTableau method, double tolerance, int maximumEvaluations) {
    return new Adaptive(method, tolerance, tolerance, maximumEvaluations);
  }

  /** A grid of {@code steps} equal steps, without a check. */
  static RungeKuttaGrid fixedGrid(ButcherTableau method, int steps) {
    return new RungeKuttaGrid(method, steps);
  }

  /** A grid of {@code steps} steps of Adams' methods, without a check. */
  static AdamsGrid adamsGrid(int steps) {
    return new AdamsGrid(steps);
  }

  /**
   * Steps that are chosen by their estimated error.
   *
   * @param method a Runge-Kutta method that estimates its error
   * @param relativeTolerance per component, between 0 and 1
   * @param absoluteTolerance likewise
   * @param maximumEvaluations evaluations of the right-hand side after which a solve is given up;
   *     at least 20, and not counting those of a grid tried before
   */
  record Adaptive(
      ButcherTableau method,
      double relativeTolerance,
      double absoluteTolerance,
      int maximumEvaluations)
      implements SolverSettings {

    private static final int LEAST_BUDGET = 20;

    /**
     * @throws IllegalArgumentException if a value is out of range
     */
    public Adaptive {
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

    private static void requireTolerance(String name, double value) {
      if (!(value > 0 && value < 1)) {
        throw new IllegalArgumentException(name + ": " + value + ", expected between 0 and 1");
      }
    }

    /**
     * A grid with a check, and these settings where a step fails it.
     *
     * @param gridMethod how the grid is integrated
     * @param steps number of steps, 1 to 10,000
     * @param errorLimit largest error norm of a step, in units of the tolerances; above 0
     * @throws IllegalArgumentException if a value is out of range
     */
    public CheckedGrid onCheckedGrid(GridMethod gridMethod, int steps, double errorLimit) {
      return new CheckedGrid(gridMethod, steps, errorLimit, this);
    }

    @Override
    public Adaptive adaptively(double leastTolerance) {
      return new Adaptive(
          method,
          Math.max(leastTolerance, relativeTolerance),
          Math.max(leastTolerance, absoluteTolerance),
          maximumEvaluations);
    }
  }

  /**
   * Equal steps of a Runge-Kutta method, whatever their error.
   *
   * @param method any Runge-Kutta method
   * @param steps number of steps, 1 to 10,000
   */
  record RungeKuttaGrid(ButcherTableau method, int steps) implements SolverSettings {

    /**
     * @throws IllegalArgumentException if a value is out of range
     */
    public RungeKuttaGrid {
      requireSteps(steps);
    }

    @Override
    public RungeKuttaGrid adaptively(double leastTolerance) {
      return this;
    }
  }

  /**
   * Steps of Adams' methods, whatever their error; the first is a third as long as each of the
   * others.
   *
   * @param steps number of steps, 1 to 10,000
   */
  record AdamsGrid(int steps) implements SolverSettings {

    /**
     * @throws IllegalArgumentException if a value is out of range
     */
    public AdamsGrid {
      requireSteps(steps);
    }

    @Override
    public AdamsGrid adaptively(double leastTolerance) {
      return this;
    }
  }

  /**
   * A grid whose steps are checked.
   *
   * @param gridMethod how the grid is integrated; of the Runge-Kutta methods it is the fallback's
   * @param steps number of steps, 1 to 10,000
   * @param errorLimit error norm of a step on the grid, in units of the fallback's tolerances,
   *     above which the solve starts again adaptively; above 0 and finite
   * @param fallback the adaptive integration
   */
  record CheckedGrid(GridMethod gridMethod, int steps, double errorLimit, Adaptive fallback)
      implements SolverSettings {

    /**
     * @throws IllegalArgumentException if a value is out of range
     */
    public CheckedGrid {
      requireSteps(steps);
      if (!(errorLimit >= 0 && errorLimit < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "gridErrorLimit: " + errorLimit + ", expected at least 0 and finite");
      }
      if (errorLimit == 0) {
        throw new IllegalArgumentException("gridErrorLimit: " + errorLimit + ", expected above 0");
      }
    }

    @Override
    public Adaptive adaptively(double leastTolerance) {
      return fallback.adaptively(leastTolerance);
    }
  }

  private static void requireSteps(int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("fixedSteps: " + steps + ", expected at least 1");
    }
    if (steps > MOST_STEPS) {
      throw new IllegalArgumentException(
          "fixedSteps: " + steps + ", expected between 0 and " + MOST_STEPS);
    }
  }
}
