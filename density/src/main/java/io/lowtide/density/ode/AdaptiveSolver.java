package io.lowtide.density.ode;

import io.lowtide.density.ode.SolverSettings.Adaptive;
import java.util.Optional;

/**
 * A Runge-Kutta method that chooses its steps by PI control of the estimated error (Hairer,
 * Norsett, Wanner, Solving Ordinary Differential Equations I, section II.4; Gustafsson 1991).
 */
final class AdaptiveSolver implements OdeSolver {

  private final Adaptive settings;
  private final int stages;
  private final StepControl control;
  private final AdaptiveSteps steps;
  private final SolverWorkspace workspace;
  private final RungeKuttaStep method;

  AdaptiveSolver(Adaptive settings, int positions, int integrals) {
    this.settings = settings;
    this.stages = settings.method().stages();
    this.control = StepControl.startingBoldly(settings.method().order());
    this.steps = new AdaptiveSteps(control);
    this.workspace = new SolverWorkspace(stages, positions, integrals, Optional.of(settings));
    this.method = new RungeKuttaStep(settings.method(), workspace);
  }

  @Override
  public SolveStatus integrate(OdeSystem system, double from, double to, double[] y) {
    workspace.resetEvaluations();
    steps.begin(from, to);
    double[] slope = workspace.slopes[0];
    workspace.evaluate(system, from, y, slope);
    if (!SolverWorkspace.allFinite(y) || !SolverWorkspace.allFinite(slope)) {
      return SolveStatus.NOT_FINITE;
    }
    steps.startWith(startingStep(system, from, to - from, y));
    while (!steps.atEnd()) {
      if (steps.isTooSmall()) {
        return SolveStatus.STEP_TOO_SMALL;
      }
      if (workspace.evaluations() + stages - 1 > settings.maximumEvaluations()) {
        return SolveStatus.BUDGET_EXCEEDED;
      }
      double step = steps.step();
      method.computeStages(system, steps.time(), step, y, stages);
      if (steps.accept(method.errorNorm(step, y))) {
        workspace.advance(y);
        method.swapFirstAndLastStage();
      }
    }
    return SolveStatus.COMPLETED;
  }

  /**
   * Starting step of II.4 (algorithm 4.14), over the position: the integrals start at zero, where
   * their scale says nothing.
   */
  private double startingStep(OdeSystem system, double from, double span, double[] y) {
    int positions = workspace.positions();
    double[] derivative = workspace.slopes[0];
    double stateNorm = 0;
    double slopeNorm = 0;
    for (int i = 0; i < positions; i++) {
      double scale = workspace.scale(y[i], y[i]);
      stateNorm += square(y[i] / scale);
      slopeNorm += square(derivative[i] / scale);
    }
    stateNorm = Math.sqrt(stateNorm / positions);
    slopeNorm = Math.sqrt(slopeNorm / positions);
    double direction = Math.signum(span);
    double guess = control.trialStep(stateNorm, slopeNorm, Math.abs(span));
    double[] trial = workspace.trial;
    for (int i = 0; i < workspace.components(); i++) {
      trial[i] = y[i] + direction * guess * derivative[i];
    }
    double[] ahead = workspace.slopes[1];
    workspace.evaluatePosition(system, from + direction * guess, trial, ahead);
    double curvature = 0;
    for (int i = 0; i < positions; i++) {
      curvature += square((ahead[i] - derivative[i]) / workspace.scale(y[i], y[i]));
    }
    curvature = Math.sqrt(curvature / positions) / guess;
    return direction * control.startingStep(guess, slopeNorm, curvature, Math.abs(span));
  }

  private static double square(double value) {
    return value * value;
  }

  @Override
  public int evaluations() {
    return workspace.evaluations();
  }

  @Override
  public int acceptedSteps() {
    return steps.accepted();
  }

  @Override
  public int rejectedSteps() {
    return steps.rejected();
  }

  @Override
  public double largestGridError() {
    return 0;
  }
}
