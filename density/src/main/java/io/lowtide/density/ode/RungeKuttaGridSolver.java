package io.lowtide.density.ode;

import io.lowtide.density.ode.SolverSettings.Adaptive;
import java.util.Optional;

/** Equal steps of a Runge-Kutta method. */
final class RungeKuttaGridSolver extends GridSolver {

  private final ButcherTableau tableau;
  private final int steps;
  private final int end;
  private final RungeKuttaStep method;

  /**
   * @param steps number of steps, at least 1
   * @param tolerances what errors are measured by, for a method that estimates them; empty if they
   *     are not
   */
  RungeKuttaGridSolver(
      ButcherTableau tableau,
      int steps,
      Optional<Adaptive> tolerances,
      int positions,
      int integrals) {
    super(tableau.stages(), steps, tolerances, positions, integrals);
    this.tableau = tableau;
    this.steps = steps;
    // The last stage of an embedded pair serves the estimate, and is the first of the next step.
    this.end = tableau.estimatesError() && !measures ? tableau.stages() - 1 : tableau.stages();
    this.method = new RungeKuttaStep(tableau, workspace);
  }

  @Override
  double takeSteps(OdeSystem system, double from, double to, double[] y) {
    double step = (to - from) / steps;
    double largestError = 0;
    for (int index = 0; index < steps; index++) {
      double time = from + index * step;
      if (measures && index > 0) {
        method.swapFirstAndLastStage();
      } else {
        workspace.evaluate(system, time, y, workspace.slopes[0]);
      }
      method.computeStages(system, time, step, y, end);
      if (measures) {
        largestError = Math.max(largestError, method.errorNorm(step, y));
      } else {
        workspace.addSlopes(y, step, tableau.weights, end, workspace.trial);
      }
      workspace.advance(y);
    }
    return largestError;
  }
}
