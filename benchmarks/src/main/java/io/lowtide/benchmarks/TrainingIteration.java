package io.lowtide.benchmarks;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldLayer;
import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchLoss;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.ErrorNorm;
import io.lowtide.trainer.engine.FlowObjective;
import io.lowtide.trainer.engine.ProbeDistribution;
import io.lowtide.trainer.engine.SolverOptions;
import io.lowtide.trainer.engine.TraceMode;
import io.lowtide.trainer.engine.TrainingEngine;
import io.lowtide.trainer.engine.TrainingEngines;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Time of one training iteration (forward solve, adjoint solve, update), for comparison with {@code
 * benchmarks/reference/ffjord_torch.py}: the same kind of data, batch 512, hidden layers of 64 and
 * 64, tolerance 1e-5, root mean square norm, medians after 100 iterations.
 *
 * <p>Arguments: dimensions (8), shards (2), trace (exact or hutchinson), batch (512), engines with
 * commas between them (auto), which take turns, steps of the grid (0: adaptively).
 */
public final class TrainingIteration {

  private static final int WARM_UP = 100;
  private static final int ROUNDS = 101;
  private static final double TOLERANCE = 1e-5;
  private static final double LEARNING_RATE = 1e-3;

  private final int dimensions;
  private final int batchSize;
  private final TrainingEngine engine;
  private final double[] milliseconds = new double[ROUNDS];
  private final Random random = new Random(0);
  private final double[][] centres;
  private final double[] mix;
  private final FieldShape shape;
  private final double[] parameters;
  private final double[] gradient;
  private final double[] firstMoment;
  private final double[] secondMoment;
  private double forward;
  private double backward;
  private int iterations;

  private TrainingIteration(int dimensions, int batchSize, String engine) {
    this.dimensions = dimensions;
    this.batchSize = batchSize;
    this.centres = new double[4][];
    for (int i = 0; i < centres.length; i++) {
      centres[i] = random.doubles(dimensions, -2.6, 2.6).toArray();
    }
    this.mix = new double[dimensions * dimensions];
    for (int i = 0; i < mix.length; i++) {
      mix[i] = random.nextGaussian() / Math.sqrt(dimensions);
    }
    this.shape = new FieldShape(dimensions, 0, List.of(64, 64), Activation.TANH);
    this.parameters = new double[shape.parameterCount()];
    for (FieldLayer layer : shape.layers()) {
      double bound = 1 / Math.sqrt(layer.inputs());
      for (int i = 0; i < layer.weights().size(); i++) {
        parameters[layer.weights().offset() + i] = bound * (2 * random.nextDouble() - 1);
      }
    }
    this.engine = TrainingEngines.of(engine).forShape(shape);
    this.gradient = new double[parameters.length];
    this.firstMoment = new double[parameters.length];
    this.secondMoment = new double[parameters.length];
  }

  /** Prints one line per figure. */
  public static void main(String[] arguments) {
    int dimensions = Integer.parseInt(argument(arguments, 0, "8"));
    int shards = Integer.parseInt(argument(arguments, 1, "2"));
    TraceMode trace = TraceMode.valueOf(argument(arguments, 2, "exact").toUpperCase(Locale.ROOT));
    int batch = Integer.parseInt(argument(arguments, 3, "512"));
    String[] engines = argument(arguments, 4, TrainingEngines.AUTOMATIC).split(",");
    int gridSteps = Integer.parseInt(argument(arguments, 5, "0"));
    List<TrainingIteration> sides = new ArrayList<>();
    List<BatchGradient> trainers = new ArrayList<>();
    SolverOptions options = SolverOptions.of(TOLERANCE, ErrorNorm.BATCH_RMS);
    FlowObjective objective = new FlowObjective(trace, ProbeDistribution.RADEMACHER, 0, 0);
    for (String engine : engines) {
      TrainingIteration side = new TrainingIteration(dimensions, batch, engine);
      BatchProblem problem = BatchProblem.of(side.shape, objective, batch, options);
      BatchGradient trainer = side.engine.newGradient(problem.withShards(shards));
      trainer.integrateOnGrid(gridSteps);
      sides.add(side);
      trainers.add(trainer);
    }
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      for (int i = 0; i < sides.size(); i++) {
        sides.get(i).measure(trainers.get(i), round);
      }
    }
    for (int i = 0; i < sides.size(); i++) {
      sides.get(i).report();
      trainers.get(i).close();
    }
  }

  private static String argument(String[] arguments, int index, String otherwise) {
    return arguments.length > index ? arguments[index] : otherwise;
  }

  /** Rounds below 0 warm up. */
  private void measure(BatchGradient trainer, int round) {
    double[] batch = draw();
    long started = System.nanoTime();
    BatchLoss loss = iterate(trainer, batch);
    if (round >= 0) {
      milliseconds[round] = (System.nanoTime() - started) / 1e6;
      forward += (double) loss.forwardEvaluations() / ROUNDS;
      backward += (double) loss.backwardEvaluations() / ROUNDS;
    }
  }

  private void report() {
    Arrays.sort(milliseconds);
    double median = milliseconds[ROUNDS / 2];
    System.out.println("engine " + engine.description());
    print("training_iteration_ms", median);
    print("training_iteration_least_ms", milliseconds[0]);
    print("training_evaluations_forward", forward);
    print("training_evaluations_backward", backward);
    print("training_evaluation_ms", median / (forward + backward));
  }

  private static void print(String name, double value) {
    System.out.printf(Locale.ROOT, "%s %.3f%n", name, value);
  }

  private BatchLoss iterate(BatchGradient trainer, double[] batch) {
    trainer.setParameters(parameters);
    trainer.drawProbes(random);
    BatchLoss loss = trainer.lossAndGradient(Batch.of(batch), gradient);
    update();
    return loss;
  }

  /** Adam. */
  private void update() {
    iterations++;
    double firstCorrection = 1 - Math.pow(0.9, iterations);
    double secondCorrection = 1 - Math.pow(0.999, iterations);
    for (int i = 0; i < parameters.length; i++) {
      firstMoment[i] = 0.9 * firstMoment[i] + 0.1 * gradient[i];
      secondMoment[i] = 0.999 * secondMoment[i] + 0.001 * gradient[i] * gradient[i];
      parameters[i] -=
          LEARNING_RATE
              * (firstMoment[i] / firstCorrection)
              / (Math.sqrt(secondMoment[i] / secondCorrection) + 1e-8);
    }
  }

  /** A mixture of four warped Gaussians, column-major. */
  private double[] draw() {
    double[] batch = new double[batchSize * dimensions];
    double[] z = new double[dimensions];
    for (int record = 0; record < batchSize; record++) {
      double[] centre = centres[random.nextInt(centres.length)];
      for (int i = 0; i < dimensions; i++) {
        z[i] = random.nextGaussian();
      }
      for (int i = 0; i < dimensions; i++) {
        double sum = 0;
        for (int j = 0; j < dimensions; j++) {
          sum += z[j] * mix[j * dimensions + i];
        }
        batch[i * batchSize + record] = (Math.tanh(sum) + 0.3 * z[i] + centre[i]) / 1.5;
      }
    }
    return batch;
  }
}
