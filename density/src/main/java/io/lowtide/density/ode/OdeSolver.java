package io.lowtide.density.ode;

import java.util.Arrays;
import java.util.Optional;

/**
 * Explicit Runge-Kutta integration of one small system, adaptive with PI step control (Hairer,
 * Norsett, Wanner, Solving Ordinary Differential Equations I, section II.4; Gustafsson 1991) or on
 * a fixed grid, by a Runge-Kutta or an Adams method, with a check of each step or without. The
 * state is a position of d components followed by running integrals, such as the log-density
 * change; the error norm is the largest of the root mean square over the position and the error of
 * each integral, so that many dimensions never hide an error in the log-density.
 *
 * <p>An instance owns its working arrays: it belongs to one thread, allocates nothing after
 * construction, and gives the same bits for the same input.
 */
public final class OdeSolver {

  private final SolverSettings settings;
  private final ButcherTableau tableau;
  private final StepControl control;
  private final AdaptiveSteps steps;
  private final Optional<AdamsGrid> adams;
  private final int positions;
  private final int components;
  private final double[][] stages;
  private final double[] trial;
  private final double[] error;
  private final double[] start;
  private double largestGridError;
  private int evaluations;
  private int acceptedSteps;
  private int rejectedSteps;

  /**
   * @param settings method and tolerances
   * @param positions d, components of the position, at least 1
   * @param integrals components after the position, at least 0
   */
  public OdeSolver(SolverSettings settings, int positions, int integrals) {
    this.settings = settings;
    this.tableau = settings.method();
    this.control = StepControl.startingBoldly(tableau.order());
    this.steps = new AdaptiveSteps(control);
    this.positions = positions;
    this.components = positions + integrals;
    this.adams =
        settings.startsOnGrid() && settings.gridMethod() == GridMethod.ADAMS
            ? Optional.of(new AdamsGrid(settings.fixedSteps()))
            : Optional.empty();
    int slopes = adams.isPresent() ? AdamsGrid.HISTORY + 1 : 0;
    this.stages = new double[Math.max(tableau.stages(), slopes)][components];
    this.trial = new double[components];
    this.error = new double[components];
    this.start = new double[settings.checksGrid() ? components : 0];
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
  public SolveStatus integrate(OdeSystem system, double from, double to, double[] y) {
    evaluations = 0;
    acceptedSteps = 0;
    rejectedSteps = 0;
    largestGridError = 0;
    if (!settings.startsOnGrid()) {
      return integrateAdaptively(system, from, to, y);
    }
    if (!settings.checksGrid()) {
      return integrateOnGrid(system, from, to, y);
    }
    System.arraycopy(y, 0, start, 0, components);
    SolveStatus status = integrateOnGrid(system, from, to, y);
    if (status == SolveStatus.COMPLETED && largestGridError <= settings.gridErrorLimit()) {
      return status;
    }
    rejectedSteps += acceptedSteps;
    acceptedSteps = 0;
    System.arraycopy(start, 0, y, 0, components);
    return integrateAdaptively(system, from, to, y);
  }

  /**
   * Largest error norm of a step on a checked grid in the last solve, in units of the tolerances;
   * not a number where a step overflowed.
   */
  public double largestGridError() {
    return largestGridError;
  }

  /** Evaluations of the right-hand side in the last solve. */
  public int evaluations() {
    return evaluations;
  }

  /** Accepted steps of the last solve. */
  public int acceptedSteps() {
    return acceptedSteps;
  }

  /** Rejected steps of the last solve. */
  public int rejectedSteps() {
    return rejectedSteps;
  }

  private SolveStatus integrateAdaptively(OdeSystem system, double from, double to, double[] y) {
    // What a grid took before does not count: a record must not fail for having been tried on it.
    int budget = evaluations + settings.maximumEvaluations();
    steps.begin(from, to);
    evaluate(system, from, y, stages[0]);
    if (!allFinite(y) || !allFinite(stages[0])) {
      return SolveStatus.NOT_FINITE;
    }
    steps.startWith(startingStep(system, from, to - from, y));
    SolveStatus status = followSteps(system, y, budget);
    acceptedSteps = steps.accepted();
    rejectedSteps += steps.rejected();
    return status;
  }

  private SolveStatus followSteps(OdeSystem system, double[] y, int budget) {
    while (!steps.atEnd()) {
      if (steps.isTooSmall()) {
        return SolveStatus.STEP_TOO_SMALL;
      }
      if (evaluations + tableau.stages() - 1 > budget) {
        return SolveStatus.BUDGET_EXCEEDED;
      }
      computeStages(system, steps.time(), steps.step(), y, tableau.stages());
      if (steps.accept(errorNorm(steps.step(), y))) {
        System.arraycopy(trial, 0, y, 0, components);
        swapFirstAndLastStage();
      }
    }
    return SolveStatus.COMPLETED;
  }

  /** The last stage of an accepted step is the first of the next one: first same as last. */
  private void swapFirstAndLastStage() {
    int last = tableau.stages() - 1;
    double[] first = stages[0];
    stages[0] = stages[last];
    stages[last] = first;
  }

  /**
   * Fills stages 1 and on, up to and not including {@code end}. With all stages of a method that is
   * first same as last, {@link #trial} is left at the end of the step.
   */
  private void computeStages(OdeSystem system, double time, double step, double[] y, int end) {
    for (int stage = 1; stage < end; stage++) {
      addStages(y, step, tableau.stageWeights[stage], stage, trial);
      double stageTime = time + tableau.nodes[stage] * step;
      if (tableau.weighsIntegrand(stage)) {
        evaluate(system, stageTime, trial, stages[stage]);
      } else {
        evaluatePosition(system, stageTime, trial, stages[stage]);
      }
    }
  }

  /** result = base + step * sum of weights[k] * stages[k]; two stages at a time cost less. */
  private void addStages(double[] base, double step, double[] weights, int count, double[] result) {
    double[] from = base;
    int stage = 0;
    for (; stage + 2 <= count; stage += 2) {
      double factor = step * weights[stage];
      double nextFactor = step * weights[stage + 1];
      double[] slope = stages[stage];
      double[] nextSlope = stages[stage + 1];
      for (int i = 0; i < result.length; i++) {
        result[i] = from[i] + factor * slope[i] + nextFactor * nextSlope[i];
      }
      from = result;
    }
    if (stage < count) {
      double factor = step * weights[stage];
      double[] slope = stages[stage];
      for (int i = 0; i < result.length; i++) {
        result[i] = from[i] + factor * slope[i];
      }
    }
  }

  /** Of a Runge-Kutta step. */
  private double errorNorm(double step, double[] y) {
    Arrays.fill(error, 0);
    addStages(error, step, tableau.errorWeights, tableau.stages(), error);
    return errorNorm(y);
  }

  /** Of {@link #error}, of a step from y to {@link #trial}. */
  private double errorNorm(double[] y) {
    double squares = 0;
    double largest = 0;
    for (int i = 0; i < components; i++) {
      double relative = error[i] / scale(y[i], trial[i]);
      if (i < positions) {
        squares += relative * relative;
      } else {
        largest = Math.max(largest, Math.abs(relative));
      }
    }
    return Math.max(Math.sqrt(squares / positions), largest);
  }

  private double scale(double before, double after) {
    return settings.absoluteTolerance()
        + settings.relativeTolerance() * Math.max(Math.abs(before), Math.abs(after));
  }

  /**
   * Starting step of II.4 (algorithm 4.14), over the position: the integrals start at zero, where
   * their scale says nothing.
   */
  private double startingStep(OdeSystem system, double from, double span, double[] y) {
    double[] derivative = stages[0];
    double stateNorm = 0;
    double slopeNorm = 0;
    for (int i = 0; i < positions; i++) {
      double scale = scale(y[i], y[i]);
      stateNorm += square(y[i] / scale);
      slopeNorm += square(derivative[i] / scale);
    }
    stateNorm = Math.sqrt(stateNorm / positions);
    slopeNorm = Math.sqrt(slopeNorm / positions);
    double direction = Math.signum(span);
    double guess = control.trialStep(stateNorm, slopeNorm, Math.abs(span));
    for (int i = 0; i < components; i++) {
      trial[i] = y[i] + direction * guess * derivative[i];
    }
    double[] ahead = stages[1];
    evaluatePosition(system, from + direction * guess, trial, ahead);
    double curvature = 0;
    for (int i = 0; i < positions; i++) {
      curvature += square((ahead[i] - derivative[i]) / scale(y[i], y[i]));
    }
    curvature = Math.sqrt(curvature / positions) / guess;
    return direction * control.startingStep(guess, slopeNorm, curvature, Math.abs(span));
  }

  private SolveStatus integrateOnGrid(OdeSystem system, double from, double to, double[] y) {
    if (adams.isPresent()) {
      predictAndCorrect(adams.get(), system, from, to, y);
    } else {
      takeEqualSteps(system, from, to, y);
    }
    return allFinite(y) ? SolveStatus.COMPLETED : SolveStatus.NOT_FINITE;
  }

  private void takeEqualSteps(OdeSystem system, double from, double to, double[] y) {
    double step = (to - from) / settings.fixedSteps();
    boolean check = settings.checksGrid();
    // The last stage of an embedded pair serves the estimate, and is the first of the next step.
    int end = tableau.estimatesError() && !check ? tableau.stages() - 1 : tableau.stages();
    for (int index = 0; index < settings.fixedSteps(); index++) {
      double time = from + index * step;
      if (check && index > 0) {
        swapFirstAndLastStage();
      } else {
        evaluate(system, time, y, stages[0]);
      }
      computeStages(system, time, step, y, end);
      if (check) {
        largestGridError = Math.max(largestGridError, errorNorm(step, y));
      } else {
        addStages(y, step, tableau.weights, end, trial);
      }
      System.arraycopy(trial, 0, y, 0, components);
      acceptedSteps++;
    }
  }

  /**
   * PEC: predict, evaluate there, correct. The slope at the point that was predicted serves the
   * next steps too, so that a step costs one evaluation; the two orders give its error.
   */
  private void predictAndCorrect(
      AdamsGrid grid, OdeSystem system, double from, double to, double[] y) {
    double span = to - from;
    evaluate(system, from, y, stages[0]);
    for (int step = 0; step < grid.steps(); step++) {
      double[] predictor = grid.predictor(step);
      int known = predictor.length;
      addStages(y, span, predictor, known, trial);
      evaluate(system, from + grid.node(step + 1) * span, trial, stages[known]);
      addStages(y, span, grid.corrector(step), known + 1, error);
      for (int i = 0; i < components; i++) {
        double corrected = error[i];
        error[i] = corrected - trial[i];
        trial[i] = corrected;
      }
      if (settings.checksGrid()) {
        largestGridError = Math.max(largestGridError, errorNorm(y));
      }
      System.arraycopy(trial, 0, y, 0, components);
      bringForward(known);
      acceptedSteps++;
    }
  }

  /** A slope to the first place, those before it one place back. */
  private void bringForward(int index) {
    double[] latest = stages[index];
    System.arraycopy(stages, 0, stages, 1, index);
    stages[0] = latest;
  }

  private void evaluate(OdeSystem system, double time, double[] y, double[] derivative) {
    system.derivative(time, y, derivative);
    evaluations++;
  }

  private void evaluatePosition(OdeSystem system, double time, double[] y, double[] derivative) {
    system.positionDerivative(time, y, derivative);
    // Of no weight, but 0 times what is left of a record that overflowed is not 0.
    Arrays.fill(derivative, positions, components, 0);
    evaluations++;
  }

  private static boolean allFinite(double[] values) {
    for (double value : values) {
      if (!Double.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  private static double square(double value) {
    return value * value;
  }
}
