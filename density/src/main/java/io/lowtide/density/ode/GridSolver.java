package io.lowtide.density.ode;

/** A method on a fixed grid: what it gives stands, whatever the errors that it may measure. */
abstract sealed class GridSolver implements OdeSolver
    permits RungeKuttaGridSolver, AdamsGridSolver {

  final SolverWorkspace workspace;
  private int acceptedSteps;
  private double largestGridError;

  GridSolver(int slopes, int positions, int integrals) {
    this.workspace = new SolverWorkspace(slopes, positions, integrals);
  }

  @Override
  public final SolveStatus integrate(OdeSystem system, double from, double to, double[] y) {
    workspace.resetEvaluations();
    acceptedSteps = 0;
    largestGridError = 0;
    takeSteps(system, from, to, y);
    return SolverWorkspace.allFinite(y) ? SolveStatus.COMPLETED : SolveStatus.NOT_FINITE;
  }

  /** Takes all steps, each of them ended by {@link #endStep}. */
  abstract void takeSteps(OdeSystem system, double from, double to, double[] y);

  /** Notes the error norm of a step. */
  final void measure(double errorNorm) {
    largestGridError = Math.max(largestGridError, errorNorm);
  }

  /** Moves the state to the end of a step. */
  final void endStep(double[] y) {
    workspace.advance(y);
    acceptedSteps++;
  }

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
