package io.lowtide.density.ode;

import io.lowtide.density.ode.SolverSettings.Adaptive;
import java.util.Optional;

/**
 * Predictor and corrector of Adams, PEC: predict, evaluate there, correct. The slope at the point
 * that was predicted serves the next steps too, so that a step costs one evaluation; the two orders
 * give its error.
 */
final class AdamsGridSolver extends GridSolver {

  private final AdamsWeights weights;

  /**
   * @param steps number of steps, at least 1
   * @param tolerances what errors are measured by; empty if they are not
   */
  AdamsGridSolver(int steps, Optional<Adaptive> tolerances, int positions, int integrals) {
    super(AdamsWeights.HISTORY + 1, steps, tolerances, positions, integrals);
    this.weights = new AdamsWeights(steps);
  }

  @Override
  double takeSteps(OdeSystem system, double from, double to, double[] y) {
    // A local variable is not read again after each evaluation, as a field is.
    SolverWorkspace workspace = this.workspace;
    double span = to - from;
    double largestError = 0;
    workspace.evaluate(system, from, y, workspace.slopes[0]);
    for (int step = 0; step < weights.steps(); step++) {
      double[] predictor = weights.predictor(step);
      int known = predictor.length;
      workspace.addSlopes(y, span, predictor, known, workspace.trial);
      double end = from + weights.node(step + 1) * span;
      workspace.evaluate(system, end, workspace.trial, workspace.slopes[known]);
      workspace.addSlopes(y, span, weights.corrector(step), known + 1, workspace.error);
      correct(workspace.trial, workspace.error);
      if (measures) {
        largestError = Math.max(largestError, workspace.errorNorm(y));
      }
      workspace.advance(y);
      bringForward(workspace.slopes, known);
    }
    return largestError;
  }

  /** Replaces the predicted point by the corrected one, and notes by how much they differ. */
  private static void correct(double[] trial, double[] error) {
    for (int i = 0; i < trial.length; i++) {
      double corrected = error[i];
      error[i] = corrected - trial[i];
      trial[i] = corrected;
    }
  }

  /** A slope to the first place, those before it one place back. */
  private static void bringForward(double[][] slopes, int index) {
    double[] latest = slopes[index];
    System.arraycopy(slopes, 0, slopes, 1, index);
    slopes[0] = latest;
  }
}
