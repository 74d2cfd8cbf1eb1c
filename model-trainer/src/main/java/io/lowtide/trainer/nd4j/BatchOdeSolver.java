package io.lowtide.trainer.nd4j;

import io.lowtide.density.ode.AdaptiveSteps;
import io.lowtide.density.ode.ButcherTableau;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.StepControl;
import io.lowtide.trainer.engine.SolveException;
import io.lowtide.trainer.engine.SolverOptions;
import io.lowtide.trainer.engine.StepNorm;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Dormand-Prince 5(4) for a batch that shares its steps, with PI step control (Gustafsson 1991) and
 * Hairer's starting step (Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I,
 * section II.4).
 *
 * <p>The stages lie side by side as the columns of one matrix, so that a stage's state is one
 * matrix-vector product. Only the error estimate and the two states it is scaled by visit Java
 * memory. The system's integrand is summed with the weights of the method over accepted steps; it
 * is not asked for at a stage whose weight is zero.
 *
 * <p>Not to be used by two threads at once. Allocates no tensor memory after construction.
 */
final class BatchOdeSolver implements BatchSolver {

  private static final ButcherTableau METHOD = ButcherTableau.DORMAND_PRINCE;
  private static final int STAGES = METHOD.stages();
  private static final int ORDER = METHOD.order();
  private static final double[] NODES = METHOD.nodes();
  private static final double[][] STAGE_WEIGHTS = METHOD.stageWeights();
  private static final double[] WEIGHTS = METHOD.weights();
  private static final double[] ERROR_WEIGHTS = METHOD.errorWeights();

  /** At the loose tolerances of training a bold start costs accuracy. */
  private static final StepControl CONTROL = StepControl.startingCautiously(ORDER);

  private final AdaptiveSteps steps = new AdaptiveSteps(CONTROL);
  private final BatchSystem system;
  private final SolverOptions options;
  private final int size;
  private final StepNorm stepNorm;

  private final TensorBuffer state;
  private final TensorBuffer error;
  private final TensorOp stateToPoint;
  private final TensorOp pointToState;
  private final TensorOp lastStageToFirst;
  private final TensorOp[] derivativeToStage = new TensorOp[STAGES];
  private final MatrixProduct[] addStages = new MatrixProduct[STAGES];
  private final MatrixProduct estimateError;

  private final double[] before;
  private final double[] after;
  private final double[] errors;
  private final double[] slopes;
  private final double[] firstIntegrand;
  private final double[] laterIntegrand;
  private final double[] stepIntegral;

  private int evaluations;

  /**
   * @param system what is integrated; the solver belongs to it
   * @param options tolerances, norm and budget
   * @param type element type of the system's buffers
   */
  public BatchOdeSolver(BatchSystem system, SolverOptions options, DataType type) {
    this.system = system;
    this.options = options;
    this.size = system.records() * system.columns();
    this.stepNorm = new StepNorm(options, system.records(), system.errorGroups());
    this.state = new TensorBuffer(type, size);
    this.error = new TensorBuffer(type, size);
    TensorBuffer stages = new TensorBuffer(type, size * STAGES);
    INDArray point = system.point().vector(0, size);
    INDArray derivative = system.derivative().vector(0, size);
    this.stateToPoint = TensorOps.copy(state.vector(), point);
    this.pointToState = TensorOps.copy(point, state.vector());
    this.lastStageToFirst =
        TensorOps.copy(stages.vector((STAGES - 1) * size, size), stages.vector(0, size));
    for (int stage = 0; stage < STAGES; stage++) {
      derivativeToStage[stage] = TensorOps.copy(derivative, stages.vector(stage * size, size));
      if (stage > 0) {
        addStages[stage] =
            TensorOps.product(
                stages.matrix(0, size, stage), constant(type, STAGE_WEIGHTS[stage]), point);
      }
    }
    this.estimateError =
        TensorOps.product(
            stages.matrix(0, size, STAGES), constant(type, ERROR_WEIGHTS), error.vector());
    this.before = new double[size];
    this.after = new double[size];
    this.errors = new double[size];
    this.slopes = new double[size];
    this.firstIntegrand = new double[system.integrandSize()];
    this.laterIntegrand = new double[system.integrandSize()];
    this.stepIntegral = new double[system.integrandSize()];
  }

  private static INDArray constant(DataType type, double[] values) {
    TensorBuffer buffer = new TensorBuffer(type, values.length);
    buffer.upload(values, values.length);
    return buffer.vector();
  }

  @Override
  public void integrate(double from, double to, double[] y, double[] integral) {
    evaluations = 0;
    boolean integrating = integral != null;
    steps.begin(from, to);
    state.upload(y, size);
    state.download(before, size);
    steps.startWith(firstStageAndStep(from, to - from, integrating));
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
      computeStages(time, step, last, integrating);
      if (steps.accept(errorNorm(step))) {
        if (integrating) {
          addScaled(step * WEIGHTS[0], firstIntegrand, integral);
          addScaled(1, stepIntegral, integral);
          System.arraycopy(laterIntegrand, 0, firstIntegrand, 0, firstIntegrand.length);
        }
        System.arraycopy(after, 0, before, 0, size);
        if (!last) {
          pointToState.run();
          lastStageToFirst.run();
        }
      }
    }
    System.arraycopy(after, 0, y, 0, size);
  }

  @Override
  public int evaluations() {
    return evaluations;
  }

  /** Accepted steps of the last solve. */
  public int acceptedSteps() {
    return steps.accepted();
  }

  /** Rejected steps of the last solve. */
  public int rejectedSteps() {
    return steps.rejected();
  }

  /**
   * Fills stages 1 and on; the state at the end of the step is left at the point. The weighted
   * integrands of the inner stages are summed in {@link #stepIntegral}; that of the last stage,
   * which is the first of the next step, is left in {@link #laterIntegrand}.
   */
  private void computeStages(double time, double step, boolean last, boolean integrating) {
    if (integrating) {
      Arrays.fill(stepIntegral, 0);
    }
    for (int stage = 1; stage < STAGES; stage++) {
      stateToPoint.run();
      addStages[stage].run(step, 1);
      boolean wanted = integrating && (stage == STAGES - 1 ? !last : WEIGHTS[stage] != 0);
      evaluate(time + NODES[stage] * step, wanted ? laterIntegrand : null);
      derivativeToStage[stage].run();
      if (wanted && stage < STAGES - 1) {
        addScaled(step * WEIGHTS[stage], laterIntegrand, stepIntegral);
      }
    }
  }

  private void evaluate(double time, double[] integrand) {
    system.evaluate(time, integrand);
    evaluations++;
  }

  /** Leaves the state at the end of the step in {@link #after}. */
  private double errorNorm(double step) {
    estimateError.run(step, 0);
    error.download(errors, stepNorm.size());
    system.point().download(after, size);
    return stepNorm.ofStep(errors, before, after);
  }

  /** Evaluates the first stage and chooses the starting step (algorithm 4.14). */
  private double firstStageAndStep(double from, double span, boolean integrating) {
    stateToPoint.run();
    evaluate(from, integrating ? firstIntegrand : null);
    derivativeToStage[0].run();
    system.derivative().download(slopes, size);
    if (!StepNorm.allFinite(before) || !StepNorm.allFinite(slopes)) {
      throw new SolveException(SolveStatus.NOT_FINITE, evaluations, from);
    }
    double stateNorm = stepNorm.of(before, before);
    double slopeNorm = stepNorm.of(slopes, before);
    double direction = Math.signum(span);
    double guess = CONTROL.trialStep(stateNorm, slopeNorm, Math.abs(span));
    stateToPoint.run();
    // The one weight of this product is that of stage 1, NODES[1].
    addStages[1].run(direction * guess / STAGE_WEIGHTS[1][0], 1);
    evaluate(from + direction * guess, null);
    system.derivative().download(after, size);
    for (int i = 0; i < stepNorm.size(); i++) {
      after[i] -= slopes[i];
    }
    double curvature = stepNorm.of(after, before) / guess;
    return direction * CONTROL.startingStep(guess, slopeNorm, curvature, Math.abs(span));
  }

  private static void addScaled(double factor, double[] source, double[] target) {
    for (int i = 0; i < target.length; i++) {
      target[i] += factor * source[i];
    }
  }
}
