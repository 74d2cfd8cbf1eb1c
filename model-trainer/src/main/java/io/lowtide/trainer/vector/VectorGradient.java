package io.lowtide.trainer.vector;

import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.BatchBase;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchLoss;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.Directions;
import io.lowtide.trainer.engine.FlowObjective;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Loss of one shard of a batch and its parameter gradient by the adjoint state method (Chen et al.
 * 2018, Neural ordinary differential equations, arXiv 1806.07366, algorithm 1): one solve from data
 * to base, then one solve back of the position, its cotangent and the parameter gradient together.
 * Memory does not depend on the number of steps.
 *
 * <p>Cotangents are those of the sum over the records, not of the mean, so that the tolerance means
 * the same for every batch size.
 *
 * @param <A> array of numbers
 */
final class VectorGradient<A> implements BatchGradient {

  private final Kernels<A> kernels;
  private final BatchProblem problem;
  private final int records;
  private final int dimensions;
  private final Tiles tiles;
  private final FieldOperands<A> operands;
  private final TiledField<A> field;
  private final TiledSystem<A> forward;
  private final TiledSystem<A> adjoint;
  private final Solvers<A> adaptive;
  private final Map<Integer, Solvers<A>> grids = new HashMap<>();
  private Solvers<A> solvers;
  private final BatchBase base;
  private final BitSet presentComponents = new BitSet();
  private double[] presentValues = new double[0];

  private final A state;
  private final A adjointState;
  private final A sums;
  private final double[] columns;
  private final double[] adjointColumns;
  private final double[] logDensities;
  private double[] parameters = new double[0];
  private boolean parametersChanged;

  /** From data to base, and back. */
  private record Solvers<A>(TiledSolver<A> forward, TiledSolver<A> backward) {}

  /**
   * @param kernels of the problem's precision
   * @param problem of one shard
   */
  VectorGradient(Kernels<A> kernels, BatchProblem problem) {
    this.kernels = kernels;
    this.problem = problem;
    this.records = problem.records();
    this.dimensions = problem.shape().dimensions();
    this.tiles = Tiles.of(records, kernels.widthUnit());
    Directions directions = new Directions(problem);
    this.operands = new FieldOperands<>(kernels, problem.shape(), directions.closedTrace());
    this.field =
        new TiledField<>(
            kernels, problem.shape(), problem.objective(), directions, tiles, operands);
    this.forward = field.forward();
    this.adjoint = field.adjoint();
    this.adaptive =
        new Solvers<>(
            new AdaptiveSolver<>(kernels, tiles, forward, problem.forward()),
            new AdaptiveSolver<>(kernels, tiles, adjoint, problem.adjoint()));
    this.solvers = adaptive;
    this.base = BatchBase.of(problem.base(), this::present);
    this.state = kernels.newArray(tiles.size(forward.columns()));
    this.adjointState = kernels.newArray(tiles.size(adjoint.columns()));
    this.sums = kernels.newArray(adjoint.sumsLength());
    this.columns = new double[records * forward.columns()];
    this.adjointColumns = new double[records * adjoint.columns()];
    this.logDensities = new double[records];
  }

  @Override
  public int records() {
    return records;
  }

  /** The operands are laid out by the thread that solves, beside those of the other shards. */
  @Override
  public void setParameters(double[] values) {
    int expected = problem.shape().parameterCount();
    if (values.length != expected) {
      throw new IllegalArgumentException(
          "parameters: " + values.length + " values, expected " + expected);
    }
    parameters = values;
    parametersChanged = true;
  }

  @Override
  public void drawProbes(RandomGenerator random) {
    field.drawProbes(random);
  }

  @Override
  public boolean integrateOnGrid(int steps) {
    solvers = steps == 0 ? adaptive : grids.computeIfAbsent(steps, this::gridOf);
    return true;
  }

  private Solvers<A> gridOf(int steps) {
    return new Solvers<>(
        new GridSolver<>(kernels, tiles, forward, steps),
        new GridSolver<>(kernels, tiles, adjoint, steps));
  }

  @Override
  public BatchLoss loss(Batch batch) {
    solveForward(batch);
    base.logDensities(columns, logDensities);
    return summary(0);
  }

  @Override
  public BatchLoss lossAndGradient(Batch batch, double[] gradient) {
    solveForward(batch);
    // z(0), and dL/dz(0).
    System.arraycopy(columns, 0, adjointColumns, 0, records * dimensions);
    base.logDensitiesAndCotangents(columns, logDensities, adjointColumns);
    tiles.put(kernels, adjointColumns, adjoint.columns(), adjointState, adjoint.columns(), 0);
    kernels.fill(sums, 0, adjoint.sumsLength(), 0);
    solvers.backward().integrate(0, 1, adjointState, sums);
    operands.finish(sums, -1.0 / records, gradient);
    return summary(solvers.backward().evaluations());
  }

  private void solveForward(Batch batch) {
    if (parametersChanged) {
      operands.setParameters(parameters);
      parametersChanged = false;
    }
    presentValues = batch.present();
    field.load(batch);
    kernels.fill(state, 0, tiles.size(forward.columns()), 0);
    tiles.put(kernels, batch.x(), dimensions, state, forward.columns(), 0);
    solvers.forward().integrate(1, 0, state, sums);
    tiles.get(kernels, state, forward.columns(), columns);
  }

  private BitSet present(int record) {
    presentComponents.set(0, dimensions);
    if (presentValues.length > 0) {
      for (int i = 0; i < dimensions; i++) {
        presentComponents.set(i, presentValues[i * records + record] != 0);
      }
    }
    return presentComponents;
  }

  private BatchLoss summary(int backwardEvaluations) {
    FlowObjective objective = problem.objective();
    double sum = 0;
    for (double logDensity : logDensities) {
      sum -= logDensity;
    }
    return BatchLoss.of(
        objective,
        sum / records,
        objective.kineticPenalty() > 0 ? columnMean(dimensions + 1) : 0,
        objective.jacobianPenalty() > 0 ? columnMean(dimensions + 2) : 0,
        solvers.forward().evaluations(),
        backwardEvaluations);
  }

  private double columnMean(int column) {
    double sum = 0;
    for (int record = 0; record < records; record++) {
      sum += columns[column * records + record];
    }
    return sum / records;
  }

  @Override
  public void copyLogDensities(double[] values) {
    System.arraycopy(logDensities, 0, values, 0, values.length);
  }

  /** Its arrays are the heap's. */
  @Override
  public void close() {}
}
