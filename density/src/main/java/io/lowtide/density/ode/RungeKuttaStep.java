package io.lowtide.density.ode;

import java.util.Arrays;

/** A step of a Runge-Kutta method, in the arrays of a workspace. */
final class RungeKuttaStep {

  private final ButcherTableau tableau;
  private final SolverWorkspace workspace;

  /**
   * @param workspace with a slope for each stage
   */
  RungeKuttaStep(ButcherTableau tableau, SolverWorkspace workspace) {
    this.tableau = tableau;
    this.workspace = workspace;
  }

  /**
   * Fills stages 1 and on, up to and not including {@code end}. With all stages of a method that is
   * first same as last, {@link SolverWorkspace#trial} is left at the end of the step.
   */
  void computeStages(OdeSystem system, double time, double step, double[] y, int end) {
    double[] trial = workspace.trial;
    for (int stage = 1; stage < end; stage++) {
      workspace.addSlopes(y, step, tableau.stageWeights[stage], stage, trial);
      double stageTime = time + tableau.nodes[stage] * step;
      if (tableau.weighsIntegrand(stage)) {
        workspace.evaluate(system, stageTime, trial, workspace.slopes[stage]);
      } else {
        workspace.evaluatePosition(system, stageTime, trial, workspace.slopes[stage]);
      }
    }
  }

  /** By the embedded solution, of a step whose stages are all there. */
  double errorNorm(double step, double[] y) {
    double[] error = workspace.error;
    Arrays.fill(error, 0);
    workspace.addSlopes(error, step, tableau.errorWeights, tableau.stages(), error);
    return workspace.errorNorm(y);
  }

  /** The last stage of an accepted step is the first of the next one: first same as last. */
  void swapFirstAndLastStage() {
    int last = tableau.stages() - 1;
    double[] first = workspace.slopes[0];
    workspace.slopes[0] = workspace.slopes[last];
    workspace.slopes[last] = first;
  }
}
