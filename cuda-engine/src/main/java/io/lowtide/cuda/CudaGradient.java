package io.lowtide.cuda;

import com.sun.jna.Pointer;
import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchLoss;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.Directions;
import io.lowtide.trainer.engine.Directions.Direction;
import io.lowtide.trainer.engine.FlowObjective;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Loss and gradient of a batch by one launch of the fused kernel. The records that the card
 * integrates at a time share their steps, whatever the shards of the problem. Sums are made in an
 * order that depends on nothing but the shape and the card.
 */
final class CudaGradient implements BatchGradient {

  private static final int X = 0;
  private static final int CONTEXT = 1;
  private static final int PRESENT = 2;
  private static final int PROBES = 3;

  /** Where a block meets others: two numbers. */
  private static final long MEETING_BYTES = 2L * Long.BYTES;

  private static final int GRADIENT = 0;
  private static final int LOG_DENSITIES = 1;
  private static final int KINETIC_ENERGIES = 2;
  private static final int JACOBIAN_NORMS = 3;

  private final CudaDevice device;
  private final KernelModule module;
  private final BatchProblem problem;
  private final ParameterLayout layout;
  private final Directions directions;
  private final int contextDimensions;
  private final int blocks;
  private final boolean commonSteps;

  private final Pointer stream;
  private final TransferBuffer parameters;
  private final TransferBuffer batch;
  private final TransferBuffer results;
  private final TileOutcomes outcomes;
  private final long operands;
  private final long parts;
  private final long directionTable;
  private final long meetings;
  private final MixtureTable base;
  private final KernelArgument argument = new KernelArgument();

  private final double[] probes;
  private final double[] kernelParameters;
  private final double[] kernelGradient;
  private final double[] logDensities;
  private final double[] costs;

  /**
   * @param device whose context the calling thread is in
   * @param module kernels that serve the problem
   * @param fixedSteps steps of equal length; 0 for error control
   */
  CudaGradient(CudaDevice device, KernelModule module, BatchProblem problem, int fixedSteps) {
    this.device = device;
    this.module = module;
    this.problem = problem;
    this.layout = new ParameterLayout(problem.shape(), module.shape());
    this.directions = new Directions(problem);
    this.contextDimensions = problem.shape().contextDimensions();
    int records = problem.records();
    int dimensions = problem.shape().dimensions();
    int tile = module.shape().tiling().records();
    int tiles = (records + tile - 1) / tile;
    this.blocks = Math.min(tiles, module.blocksAtATime(contextDimensions));
    this.commonSteps = fixedSteps == 0 && tiles > 1 && device.launchesTogether();
    int length = module.parameters(contextDimensions);
    int optional = problem.optional().length > 0 ? records * dimensions : 0;
    this.probes = new double[directions.randomProbes() * records * dimensions];

    this.stream = device.newStream();
    this.parameters = new TransferBuffer(device, problem.precision(), length);
    this.batch =
        new TransferBuffer(
            device,
            problem.precision(),
            records * dimensions,
            records * contextDimensions,
            optional,
            probes.length);
    this.results =
        new TransferBuffer(device, problem.precision(), length, records, records, records);
    this.outcomes = new TileOutcomes(device, tiles);
    this.operands = device.allocate((long) module.operands() * module.shape().bytes());
    this.parts = device.allocate((long) blocks * length * module.shape().bytes());
    this.directionTable = uploadDirections();
    this.meetings = device.allocate(MEETING_BYTES * blocks);
    this.base = MixtureTable.of(problem, device, module.shape().dimensions(), stream);
    argument.set(
        problem,
        new KernelArgument.Addresses(
            parameters.address(0),
            operands,
            batch.address(X),
            batch.address(CONTEXT),
            optional > 0 ? batch.address(PRESENT) : 0,
            directions.randomProbes() > 0 ? batch.address(PROBES) : 0,
            directionTable,
            base.address(),
            base.marginals(),
            results.address(LOG_DENSITIES),
            results.address(KINETIC_ENERGIES),
            results.address(JACOBIAN_NORMS),
            parts,
            results.address(GRADIENT),
            outcomes.address(),
            meetings),
        directions.count(),
        directions.closedTrace(),
        fixedSteps,
        blocks,
        base.components(),
        commonSteps);
    this.kernelParameters = new double[length];
    this.kernelGradient = new double[length];
    this.logDensities = new double[records];
    this.costs = new double[records];
  }

  /** {@code enum Direction} of the source. */
  private static IntStream fieldsOf(Direction direction) {
    return IntStream.of(
        direction.probe(),
        direction.component(),
        direction.absent() ? 1 : 0,
        direction.traceFactor(),
        direction.penalised() ? 1 : 0);
  }

  private long uploadDirections() {
    int[] table = directions.list().stream().flatMapToInt(CudaGradient::fieldsOf).toArray();
    long bytes = (long) table.length * Integer.BYTES;
    long address = device.allocate(bytes);
    if (table.length > 0) {
      Pointer host = device.allocateHost(bytes);
      host.write(0, table, 0, table.length);
      device.upload(address, host, bytes, stream);
      device.await(stream);
      device.freeHost(host);
    }
    return address;
  }

  @Override
  public int records() {
    return problem.records();
  }

  @Override
  public void setParameters(double[] values) {
    if (values.length != layout.size()) {
      throw new IllegalArgumentException(
          "parameters: " + values.length + " values, expected " + layout.size());
    }
    for (int i = 0; i < values.length; i++) {
      kernelParameters[layout.position(i)] = values[i];
    }
    device.enter();
    parameters.put(0, kernelParameters);
    parameters.upload(stream);
    module.prepare(stream, argument.pointer());
  }

  @Override
  public void drawProbes(RandomGenerator random) {
    problem.objective().probes().fill(probes, random);
    batch.put(PROBES, probes);
  }

  @Override
  public BatchLoss loss(Batch records) {
    solve(records, false);
    return summary();
  }

  @Override
  public BatchLoss lossAndGradient(Batch records, double[] gradient) {
    solve(records, true);
    results.get(GRADIENT, kernelGradient);
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = kernelGradient[layout.position(i)];
    }
    return summary();
  }

  private void solve(Batch records, boolean wantGradient) {
    device.enter();
    batch.put(X, records.x());
    batch.put(CONTEXT, records.context());
    batch.put(PRESENT, records.present());
    batch.upload(stream);
    base.load(records.present());
    argument.setBase(base.address());
    argument.setWantGradient(wantGradient);
    if (commonSteps) {
      device.clear(meetings, MEETING_BYTES * blocks, stream);
    }
    module.flow(blocks, commonSteps, contextDimensions, stream, argument.pointer());
    if (wantGradient) {
      module.sum(contextDimensions, stream, argument.pointer());
    }
    outcomes.download(stream);
    results.download(stream);
    device.await(stream);
    outcomes.require();
    results.get(LOG_DENSITIES, logDensities);
  }

  private BatchLoss summary() {
    FlowObjective objective = problem.objective();
    return BatchLoss.of(
        objective,
        -mean(logDensities),
        objective.kineticPenalty() > 0 ? meanCost(KINETIC_ENERGIES) : 0,
        objective.jacobianPenalty() > 0 ? meanCost(JACOBIAN_NORMS) : 0,
        outcomes.forwardEvaluations(),
        outcomes.backwardEvaluations());
  }

  private double meanCost(int array) {
    results.get(array, costs);
    return mean(costs);
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** Evaluations of the last batch's slowest tile, of the mean: for benchmarks. */
  double slowestTile() {
    return outcomes.slowest();
  }

  @Override
  public void copyLogDensities(double[] values) {
    System.arraycopy(logDensities, 0, values, 0, values.length);
  }

  @Override
  public void close() {
    device.enter();
    device.await(stream);
    parameters.close();
    batch.close();
    results.close();
    outcomes.close();
    base.close();
    device.free(operands);
    device.free(parts);
    device.free(directionTable);
    device.free(meetings);
    device.close(stream);
    argument.close();
  }
}
