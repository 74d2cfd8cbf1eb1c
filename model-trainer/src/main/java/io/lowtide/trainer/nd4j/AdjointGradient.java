package io.lowtide.trainer.nd4j;

import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.BatchBase;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchLoss;
import io.lowtide.trainer.engine.BatchProblem;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

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
final class AdjointGradient implements BatchGradient {

  private final BatchField field;
  private final BatchBase base;
  private final boolean optional;
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
   * @param problem of one shard
   */
  AdjointGradient(BatchProblem problem) {
    this.field =
        new BatchField(
            problem.shape(),
            problem.objective(),
            Nd4jEngine.typeOf(problem.precision()),
            problem.records(),
            problem.optional());
    this.base = BatchBase.of(problem.base(), field::present);
    this.optional = problem.optional().length > 0;
    this.records = field.records();
    this.dimensions = field.shape().dimensions();
    this.adaptive =
        new Solvers(
            new BatchOdeSolver(new ForwardSystem(field), problem.forward(), field.type()),
            new BatchOdeSolver(new AdjointSystem(field), problem.adjoint(), field.type()));
    this.solvers = adaptive;
    this.state = new double[records * field.forwardColumns()];
    this.adjointState = new double[records * field.adjointColumns()];
    this.integral = new double[field.integrandSize()];
    this.logDensities = new double[records];
  }

  /** From data to base, and back. */
  private record Solvers(BatchSolver forward, BatchSolver backward) {}

  @Override
  public int records() {
    return records;
  }

  @Override
  public void setParameters(double[] parameters) {
    field.setParameters(parameters);
  }

  @Override
  public void drawProbes(RandomGenerator random) {
    field.drawProbe(random);
  }

  @Override
  public boolean integrateOnGrid(int steps) {
    solvers = steps == 0 ? adaptive : grids.computeIfAbsent(steps, this::gridOf);
    return true;
  }

  private Solvers gridOf(int steps) {
    return new Solvers(
        new BatchGridSolver(new ForwardSystem(field), steps, field.type()),
        new BatchGridSolver(new AdjointSystem(field), steps, field.type()));
  }

  @Override
  public BatchLoss loss(Batch batch) {
    solveForward(batch);
    base.logDensities(state, logDensities);
    return summary(0);
  }

  @Override
  public BatchLoss lossAndGradient(Batch batch, double[] gradient) {
    solveForward(batch);
    // z(0), and dL/dz(0).
    System.arraycopy(state, 0, adjointState, 0, records * dimensions);
    base.logDensitiesAndCotangents(state, logDensities, adjointState);
    Arrays.fill(integral, 0);
    solvers.backward().integrate(0, 1, adjointState, integral);
    field.finishGradient(integral, -1.0 / records, gradient);
    return summary(solvers.backward().evaluations());
  }

  @Override
  public void copyLogDensities(double[] logDensities) {
    System.arraycopy(this.logDensities, 0, logDensities, 0, logDensities.length);
  }

  /** Its arrays belong to the library. */
  @Override
  public void close() {}

  private void solveForward(Batch batch) {
    if (optional) {
      field.setPresent(batch.present());
    }
    if (field.shape().contextDimensions() > 0) {
      field.setContext(batch.context());
    }
    Arrays.fill(state, 0);
    System.arraycopy(batch.x(), 0, state, 0, records * dimensions);
    solvers.forward().integrate(1, 0, state, null);
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
