package io.lowtide.trainer.nd4j;

import io.lowtide.trainer.engine.BatchLoss;
import io.lowtide.trainer.engine.SolveException;
import io.lowtide.trainer.engine.SolverOptions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Loss of a batch and its parameter gradient by the adjoint state method (Chen et al. 2018, Neural
 * ordinary differential equations, arXiv 1806.07366, algorithm 1): one solve from data to base,
 * then one solve back of the position, its cotangent and the parameter gradient together. Memory
 * does not depend on the number of steps. The parameter gradient is left out of the error norm
 * (Kidger et al. 2021, arXiv 2009.09457).
 *
 * <p>Cotangents are those of the sum over the records, not of the mean, so that the tolerance means
 * the same for every batch size.
 *
 * <p>Not to be used by two threads at once.
 */
final class AdjointGradient {

  private final BatchField field;
  private final BatchBase base;
  private final int records;
  private final int dimensions;
  private final Solvers adaptive;
  private final Map<Integer, Solvers> grids = new HashMap<>();
  private Solvers solvers;
  private final double[] state;
  private final double[] adjointState;
  private final double[] integral;
  private final double[] logDensities;

  /**
   * @param field the field, its objective and batch size
   * @param base what the flow starts from
   * @param forwardOptions how states are integrated
   * @param adjointOptions how cotangents are integrated
   */
  public AdjointGradient(
      BatchField field,
      BatchBase base,
      SolverOptions forwardOptions,
      SolverOptions adjointOptions) {
    this.field = field;
    this.base = base;
    this.records = field.records();
    this.dimensions = field.shape().dimensions();
    this.adaptive =
        new Solvers(
            new BatchOdeSolver(new ForwardSystem(field), forwardOptions, field.type()),
            new BatchOdeSolver(new AdjointSystem(field), adjointOptions, field.type()));
    this.solvers = adaptive;
    this.state = new double[records * field.forwardColumns()];
    this.adjointState = new double[records * field.adjointColumns()];
    this.integral = new double[field.integrandSize()];
    this.logDensities = new double[records];
  }

  /** From data to base, and back. */
  private record Solvers(BatchSolver forward, BatchSolver backward) {}

  /**
   * Integrates on a grid from now on.
   *
   * @param steps of the grid; 0: adaptively, as at first
   */
  public void integrateOnGrid(int steps) {
    solvers = steps == 0 ? adaptive : grids.computeIfAbsent(steps, this::gridOf);
  }

  private Solvers gridOf(int steps) {
    return new Solvers(
        new BatchGridSolver(new ForwardSystem(field), steps, field.type()),
        new BatchGridSolver(new AdjointSystem(field), steps, field.type()));
  }

  /** The field; parameters, context and probe are set there. */
  public BatchField field() {
    return field;
  }

  /**
   * Loss of a batch.
   *
   * @param x the batch, B by d, column-major
   * @throws SolveException if the batch could not be integrated
   */
  public BatchLoss loss(double[] x) {
    solveForward(x);
    return summary(0);
  }

  /**
   * Loss of a batch and its gradient.
   *
   * @param x the batch, B by d, column-major
   * @param gradient receives the gradient of {@link BatchLoss#loss()} in the layout of the shape
   * @throws SolveException if the batch could not be integrated, forward or back
   */
  public BatchLoss lossAndGradient(double[] x, double[] gradient) {
    solveForward(x);
    // z(0), and dL/dz(0).
    System.arraycopy(state, 0, adjointState, 0, records * dimensions);
    base.cotangents(state, adjointState);
    Arrays.fill(integral, 0);
    solvers.backward().integrate(0, 1, adjointState, integral);
    field.finishGradient(integral, -1.0 / records, gradient);
    return summary(solvers.backward().evaluations());
  }

  /**
   * Log-densities of the batch of the last call.
   *
   * @param logDensities receives log p of each record, in nats; may be shorter than the batch
   */
  public void copyLogDensities(double[] logDensities) {
    System.arraycopy(this.logDensities, 0, logDensities, 0, logDensities.length);
  }

  private void solveForward(double[] x) {
    Arrays.fill(state, 0);
    System.arraycopy(x, 0, state, 0, records * dimensions);
    solvers.forward().integrate(1, 0, state, null);
    base.logDensities(state, logDensities);
  }

  private BatchLoss summary(int backwardEvaluations) {
    double sum = 0;
    for (double logDensity : logDensities) {
      sum -= logDensity;
    }
    double negativeLogLikelihood = sum / records;
    boolean kinetic = field.objective().kineticPenalty() > 0;
    boolean jacobian = field.objective().jacobianPenalty() > 0;
    double kineticEnergy = kinetic ? columnMean(dimensions + 1) : 0;
    double jacobianNorm = jacobian ? columnMean(dimensions + (kinetic ? 2 : 1)) : 0;
    return BatchLoss.of(
        field.objective(),
        negativeLogLikelihood,
        kineticEnergy,
        jacobianNorm,
        solvers.forward().evaluations(),
        backwardEvaluations);
  }

  private double columnMean(int column) {
    double sum = 0;
    for (int record = 0; record < records; record++) {
      sum += state[column * records + record];
    }
    return sum / records;
  }

  /** Evaluated by the field, in the field's own buffers. */
  private interface FieldSystem extends BatchSystem {

    BatchField field();

    @Override
    default int records() {
      return field().records();
    }

    @Override
    default TensorBuffer point() {
      return field().point();
    }

    @Override
    default TensorBuffer derivative() {
      return field().derivative();
    }
  }

  /** z, l and the running costs, which steer training but need no error control of their own. */
  private record ForwardSystem(BatchField field) implements FieldSystem {

    @Override
    public int columns() {
      return field.forwardColumns();
    }

    @Override
    public int[] errorGroups() {
      int d = field.shape().dimensions();
      return new int[] {d, d + 1};
    }

    @Override
    public int integrandSize() {
      return 0;
    }

    @Override
    public void evaluate(double s, double[] integrand) {
      field.evaluate(s);
    }
  }

  /** z and its cotangent, with the parameter gradient as integrand. */
  private record AdjointSystem(BatchField field) implements FieldSystem {

    @Override
    public int columns() {
      return field.adjointColumns();
    }

    @Override
    public int[] errorGroups() {
      int d = field.shape().dimensions();
      return new int[] {d, 2 * d};
    }

    @Override
    public int integrandSize() {
      return field.integrandSize();
    }

    @Override
    public void evaluate(double s, double[] integrand) {
      field.evaluateAdjoint(s, integrand);
    }
  }
}
