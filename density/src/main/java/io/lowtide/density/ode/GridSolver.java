package io.lowtide.density.ode;

import io.lowtide.density.ode.SolverSettings.Adaptive;
import java.util.Optional;

/** A method on a fixed grid: what it gives stands, whatever the errors that it may measure. */
abstract sealed class GridSolver implements OdeSolver
    permits RungeKuttaGridSolver, AdamsGridSolver {

  final SolverWorkspace workspace;

  /** Whether the error of each step is measured. */
  final boolean measures;

  private final int steps;
  private int acceptedSteps;
  private double largestGridError;

  /**
   * @param slopes number of derivatives to be kept, at least 1
   * @param steps number of steps, at least 1
   * @param tolerances what errors are measured by; empty if they are not
   */
  GridSolver(int slopes, int steps, Optional<Adaptive> tolerances, int positions, int integrals) {
    this.workspace = new SolverWorkspace(slopes, positions, integrals, tolerances);
    this.measures = tolerances.isPresent();
    this.steps = steps;
  }

  @Override
  public final SolveStatus integrate(OdeSystem system, double from, double to, double[] y) {
    workspace.resetEvaluations();
    largestGridError = takeSteps(system, from, to, y);
    acceptedSteps = steps;
    return SolverWorkspace.allFinite(y) ? SolveStatus.COMPLETED : SolveStatus.NOT_FINITE;
  }

  /**
   * Takes all steps.
   *
   * @return the largest error norm of a step; 0 if errors are not measured
   */
  abstract double takeSteps(OdeSystem system, double from, double to, double[] y);

  @Override
  public final int evaluations() {
    return workspace.evaluations();
  }

  @Override
  public final int acceptedSteps() {
    return acceptedSteps;
  }

  @Override
  public final int rejectedSteps() {
    return 0;
  }

  @Override
  public final double largestGridError() {
    return largestGridError;
  }
}
