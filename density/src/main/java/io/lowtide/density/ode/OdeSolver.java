package io.lowtide.density.ode;

import io.lowtide.density.ode.SolverSettings.AdamsGrid;
import io.lowtide.density.ode.SolverSettings.Adaptive;
import io.lowtide.density.ode.SolverSettings.CheckedGrid;
import io.lowtide.density.ode.SolverSettings.RungeKuttaGrid;
import java.util.Optional;

/**
 * Explicit integration of one small system, adaptive or on a fixed grid, with a check of each step
 * or without. The state is a position of d components followed by running integrals, such as the
 * log-density change; the error norm is the largest of the root mean square over the position and
 * the error of each integral, so that many dimensions never hide an error in the log-density.
 *
 * <p>An instance owns its working arrays: it belongs to one thread, allocates nothing after
 * construction, and gives the same bits for the same input.
 */
public sealed interface OdeSolver permits AdaptiveSolver, GridSolver, CheckedGridSolver {

  /**
   * A solver of these settings.
   *
   * @param settings method and tolerances
   * @param positions d, components of the position, at least 1
   * @param integrals components after the position, at least 0
   */
  static OdeSolver of(SolverSettings settings, int positions, int integrals) {
    if (settings instanceof Adaptive adaptive) {
      return new AdaptiveSolver(adaptive, positions, integrals);
    }
    if (settings instanceof RungeKuttaGrid grid) {
      return new RungeKuttaGridSolver(
          grid.method(), grid.steps(), Optional.empty(), positions, integrals);
    }
    if (settings instanceof AdamsGrid grid) {
      return new AdamsGridSolver(grid.steps(), Optional.empty(), positions, integrals);
    }
    return new CheckedGridSolver((CheckedGrid) settings, positions, integrals);
  }

  /**
   * Integrates from one time to another, in either direction.
   *
   * @param system right-hand side
   * @param from start of the interval
   * @param to end of the interval, different from {@code from}
   * @param y state at {@code from}, replaced by the state at {@code to}; its content has no meaning
   *     unless the status is {@link SolveStatus#COMPLETED}
   */
  SolveStatus integrate(OdeSystem system, double from, double to, double[] y);

  /** Evaluations of the right-hand side in the last solve. */
  int evaluations();

  /** Accepted steps of the last solve; those on a grid that failed the check are not. */
  int acceptedSteps();

  /** Rejected steps of the last solve, with all those on a grid that failed the check. */
  int rejectedSteps();

  /**
   * Largest error norm of a step on a checked grid in the last solve, in units of the tolerances;
   * not a number where a step overflowed, 0 without a check.
   */
  double largestGridError();
}
