package io.lowtide.trainer.vector;

import io.lowtide.density.ode.AdaptiveSteps;
import io.lowtide.density.ode.ButcherTableau;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.StepControl;
import io.lowtide.trainer.engine.SolveException;
import io.lowtide.trainer.engine.SolverOptions;
import io.lowtide.trainer.engine.StepNorm;
import java.util.ArrayList;
import java.util.List;

/**
 * Dormand-Prince 5(4) for a batch that shares its steps, with PI step control (Gustafsson 1991) and
 * Hairer's starting step (Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I,
 * section II.4). What is summed has the weights of the method over accepted steps; it is not asked
 * for at a stage whose weight is zero.
 *
 * @param <A> array of numbers
 */
final class AdaptiveSolver<A> implements TiledSolver<A> {

  private static final ButcherTableau METHOD = ButcherTableau.DORMAND_PRINCE;
  private static final int STAGES = METHOD.stages();
  private static final double[] NODES = METHOD.nodes();
  private static final double[][] STAGE_WEIGHTS = METHOD.stageWeights();
  private static final double[] WEIGHTS = METHOD.weights();
  private static final double[] ERROR_WEIGHTS = METHOD.errorWeights();

  /** At the loose tolerances of training a bold start costs accuracy. */
  private static final StepControl CONTROL = StepControl.startingCautiously(METHOD.order());

  private final AdaptiveSteps steps = new AdaptiveSteps(CONTROL);
  private final Kernels<A> kernels;
  private final Tiles tiles;
  private final TiledSystem<A> system;
  private final SolverOptions options;
  private final int size;
  private final StepNorm stepNorm;
  private final A zeros;
  private final A point;
  private final A error;
  private final List<A> stages = new ArrayList<>();
  private final A stepSums;
  private A firstSums;
  private A laterSums;

  private final double[] factors = new double[STAGES];
  private final double[] before;
  private final double[] after;
  private final double[] slopes;
  private final double[] errors;
  private int evaluations;

  /**
   * @param options tolerances, norm and budget
   */
  AdaptiveSolver(Kernels<A> kernels, Tiles tiles, TiledSystem<A> system, SolverOptions options) {
    this.kernels = kernels;
    this.tiles = tiles;
    this.system = system;
    this.options = options;
    this.size = tiles.size(system.columns());
    this.stepNorm = new StepNorm(options, tiles.records(), system.errorGroups());
    this.zeros = kernels.newArray(size);
    this.point = kernels.newArray(size);
    this.error = kernels.newArray(size);
    for (int stage = 0; stage < STAGES; stage++) {
      stages.add(kernels.newArray(size));
    }
    this.stepSums = kernels.newArray(system.sumsLength());
    this.firstSums = kernels.newArray(system.sumsLength());
    this.laterSums = kernels.newArray(system.sumsLength());
    int values = tiles.records() * system.columns();
    this.before = new double[values];
    this.after = new double[values];
    this.slopes = new double[values];
    this.errors = new double[values];
  }

  @Override
  public void integrate(double from, double to, A state, A sums) {
    evaluations = 0;
    steps.begin(from, to);
    tiles.get(kernels, state, system.columns(), before);
    steps.startWith(firstStageAndStep(from, to - from, state));
    while (!steps.atEnd()) {
      double time = steps.time();
      double step = steps.step();
      boolean last = steps.isLast();
      if (steps.isTooSmall()) {
        throw new SolveException(SolveStatus.STEP_TOO_SMALL, evaluations, time);
      }
      if (evaluations + STAGES - 1 > options.maximumEvaluations()) {
        throw new SolveException(SolveStatus.BUDGET_EXCEEDED, evaluations, time);
      }
      computeStages(time, step, last, state);
      if (steps.accept(errorNorm(step))) {
        addSums(step, sums);
        System.arraycopy(after, 0, before, 0, after.length);
        kernels.copy(point, 0, state, 0, size);
        A first = stages.get(0);
        stages.set(0, stages.get(STAGES - 1));
        stages.set(STAGES - 1, first);
      }
    }
  }

  @Override
  public int evaluations() {
    return evaluations;
  }

  /**
   * Fills stages 1 and on; the state at the end of the step is left at the point. The weighted
   * integrands of the inner stages are summed in {@link #stepSums}; that of the last stage, which
   * is the first of the next step, is left in {@link #laterSums}.
   */
  private void computeStages(double time, double step, boolean last, A state) {
    clear(stepSums);
    clear(laterSums);
    for (int stage = 1; stage < STAGES; stage++) {
      moveToStage(stage, step, state);
      boolean atEnd = stage == STAGES - 1;
      double weight = atEnd ? (last ? 0 : 1) : step * WEIGHTS[stage];
      evaluate(time + NODES[stage] * step, stage, weight, atEnd ? laterSums : stepSums);
    }
  }

  private void moveToStage(int stage, double step, A state) {
    for (int j = 0; j < STAGES; j++) {
      factors[j] = j < stage ? step * STAGE_WEIGHTS[stage][j] : 0;
    }
    kernels.addScaled(state, stages, factors, point, size);
  }

  private void evaluate(double time, int stage, double weight, A sums) {
    system.evaluate(time, point, stages.get(stage), weight, sums);
    evaluations++;
  }

  private void clear(A sums) {
    kernels.fill(sums, 0, system.sumsLength(), 0);
  }

  private void addSums(double step, A sums) {
    if (system.sumsLength() > 0) {
      kernels.addScaled(
          sums,
          List.of(firstSums, stepSums),
          new double[] {step * WEIGHTS[0], 1},
          sums,
          system.sumsLength());
      A first = firstSums;
      firstSums = laterSums;
      laterSums = first;
    }
  }

  /** Leaves the state at the end of the step in {@link #after}. */
  private double errorNorm(double step) {
    for (int stage = 0; stage < STAGES; stage++) {
      factors[stage] = step * ERROR_WEIGHTS[stage];
    }
    kernels.addScaled(zeros, stages, factors, error, size);
    tiles.get(kernels, error, system.columns(), errors);
    tiles.get(kernels, point, system.columns(), after);
    return stepNorm.ofStep(errors, before, after);
  }

  /** Evaluates the first stage and chooses the starting step (algorithm 4.14). */
  private double firstStageAndStep(double from, double span, A state) {
    clear(firstSums);
    kernels.copy(state, 0, point, 0, size);
    evaluate(from, 0, 1, firstSums);
    tiles.get(kernels, stages.get(0), system.columns(), slopes);
    if (!StepNorm.allFinite(before) || !StepNorm.allFinite(slopes)) {
      throw new SolveException(SolveStatus.NOT_FINITE, evaluations, from);
    }
    double stateNorm = stepNorm.of(before, before);
    double slopeNorm = stepNorm.of(slopes, before);
    double direction = Math.signum(span);
    double guess = CONTROL.trialStep(stateNorm, slopeNorm, Math.abs(span));
    // The one weight of stage 1 is its node.
    moveToStage(1, direction * guess / NODES[1], state);
    evaluate(from + direction * guess, 1, 0, stepSums);
    tiles.get(kernels, stages.get(1), system.columns(), after);
    for (int i = 0; i < stepNorm.size(); i++) {
      after[i] -= slopes[i];
    }
    double curvature = stepNorm.of(after, before) / guess;
    return direction * CONTROL.startingStep(guess, slopeNorm, curvature, Math.abs(span));
  }
}
