package io.lowtide.density.ode;

import io.lowtide.density.ode.SolverSettings.Adaptive;
import io.lowtide.density.ode.SolverSettings.CheckedGrid;
import java.util.Optional;

/** A grid whose steps are checked, with adaptive integration where one fails the check. */
final class CheckedGridSolver implements OdeSolver {

  private final double errorLimit;
  private final GridSolver grid;
  private final AdaptiveSolver fallback;
  private final double[] start;
  private boolean fellBack;

  CheckedGridSolver(CheckedGrid settings, int positions, int integrals) {
    Optional<Adaptive> tolerances = Optional.of(settings.fallback());
    this.errorLimit = settings.errorLimit();
    this.grid =
        settings.gridMethod() == GridMethod.ADAMS
            ? new AdamsGridSolver(settings.steps(), tolerances, positions, integrals)
            : new RungeKuttaGridSolver(
                settings.fallback().method(), settings.steps(), tolerances, positions, integrals);
    this.fallback = new AdaptiveSolver(settings.fallback(), positions, integrals);
    this.start = new double[positions + integrals];
  }

  @Override
  public SolveStatus integrate(OdeSystem system, double from, double to, double[] y) {
    System.arraycopy(y, 0, start, 0, start.length);
    SolveStatus status = grid.integrate(system, from, to, y);
    fellBack = status != SolveStatus.COMPLETED || !(grid.largestGridError() <= errorLimit);
    if (!fellBack) {
      return status;
    }
    System.arraycopy(start, 0, y, 0, start.length);
    // With a budget of its own: a record must not fail for having been tried on the grid.
    return fallback.integrate(system, from, to, y);
  }

  @Override
  public int evaluations() {
    return grid.evaluations() + (fellBack ? fallback.evaluations() : 0);
  }

  @Override
  public int acceptedSteps() {
    return fellBack ? fallback.acceptedSteps() : grid.acceptedSteps();
  }

  @Override
  public int rejectedSteps() {
    return fellBack ? grid.acceptedSteps() + fallback.rejectedSteps() : 0;
  }

  @Override
  public double largestGridError() {
    return grid.largestGridError();
  }
}
