package io.lowtide.density.bundle;

import io.lowtide.density.ode.ButcherTableau;
import io.lowtide.density.ode.GridMethod;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.density.ode.SolverSettings.AdamsGrid;
import io.lowtide.density.ode.SolverSettings.Adaptive;
import io.lowtide.density.ode.SolverSettings.CheckedGrid;
import io.lowtide.density.ode.SolverSettings.RungeKuttaGrid;
import io.lowtide.schemas.Solver;
import io.lowtide.schemas.SolverCertificate;

/** Maps how scores are integrated to and from its place in a bundle. */
final class SolverMapper {

  /** What stands for the Runge-Kutta method where there is none. */
  private static final ButcherTableau UNUSED_METHOD = ButcherTableau.DORMAND_PRINCE;

  private SolverMapper() {}

  /**
   * @param certificate what the solver was measured to do; null if it was not
   */
  static Solver toAvro(SolverSettings settings, SolverCertificate certificate) {
    if (settings instanceof Adaptive adaptive) {
      return adapting(adaptive, 0, GridMethod.RUNGE_KUTTA, 0, certificate);
    }
    if (settings instanceof RungeKuttaGrid grid) {
      return onGrid(grid.method(), grid.steps(), GridMethod.RUNGE_KUTTA, certificate);
    }
    if (settings instanceof AdamsGrid grid) {
      return onGrid(UNUSED_METHOD, grid.steps(), GridMethod.ADAMS, certificate);
    }
    CheckedGrid checked = (CheckedGrid) settings;
    return adapting(
        checked.fallback(),
        checked.steps(),
        checked.gridMethod(),
        checked.errorLimit(),
        certificate);
  }

  private static Solver adapting(
      Adaptive adaptive,
      int steps,
      GridMethod gridMethod,
      double errorLimit,
      SolverCertificate certificate) {
    return new Solver(
        adaptive.method().label(),
        adaptive.relativeTolerance(),
        adaptive.absoluteTolerance(),
        adaptive.maximumEvaluations(),
        steps,
        gridMethod.label(),
        errorLimit,
        certificate);
  }

  private static Solver onGrid(
      ButcherTableau method, int steps, GridMethod gridMethod, SolverCertificate certificate) {
    return new Solver(method.label(), 0.0, 0.0, 0, steps, gridMethod.label(), 0.0, certificate);
  }

  /**
   * @throws IllegalArgumentException if a value is out of range
   */
  static SolverSettings fromAvro(Solver solver) {
    ButcherTableau method = ButcherTableau.of(solver.getMethod());
    GridMethod gridMethod = GridMethod.of(solver.getGridMethod());
    int steps = solver.getFixedSteps();
    double errorLimit = solver.getGridErrorLimit();
    if (steps < 0 || steps > SolverSettings.MOST_STEPS) {
      throw new IllegalArgumentException(
          "fixedSteps: " + steps + ", expected between 0 and " + SolverSettings.MOST_STEPS);
    }
    if (!(errorLimit >= 0 && errorLimit < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "gridErrorLimit: " + errorLimit + ", expected at least 0 and finite");
    }
    // A limit says nothing without a grid, nor do tolerances on a grid that is not checked.
    if (steps == 0) {
      return adaptive(solver, method);
    }
    if (errorLimit > 0) {
      return adaptive(solver, method).onCheckedGrid(gridMethod, steps, errorLimit);
    }
    return gridMethod == GridMethod.ADAMS
        ? new AdamsGrid(steps)
        : new RungeKuttaGrid(method, steps);
  }

  private static Adaptive adaptive(Solver solver, ButcherTableau method) {
    return new Adaptive(
        method,
        solver.getRelativeTolerance(),
        solver.getAbsoluteTolerance(),
        solver.getMaximumEvaluations());
  }
}
