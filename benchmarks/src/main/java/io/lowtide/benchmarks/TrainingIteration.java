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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Time of one training iteration (forward solve, adjoint solve, update), for comparison with {@code
 * benchmarks/reference/ffjord_torch.py}: the same kind of data, batch 512, hidden layers of 64 and
 * 64, tolerance 1e-5, root mean square norm, medians after 100 iterations.
 *
 * <p>Arguments: dimensions (8), shards (2), trace (exact or hutchinson).
 */
public final class TrainingIteration {

  private static final int BATCH = 512;
  private static final int WARM_UP = 100;
  private static final int ROUNDS = 101;
  private static final double TOLERANCE = 1e-5;
  private static final double LEARNING_RATE = 1e-3;

  private final int dimensions;
  private final Random random = new Random(0);
  private final double[][] centres;
  private final double[] mix;
  private final FieldShape shape;
  private final double[] parameters;
  private final double[] gradient;
  private final double[] firstMoment;
  private final double[] secondMoment;
  private int iterations;

  private TrainingIteration(int dimensions) {
    this.dimensions = dimensions;
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
    this.gradient = new double[parameters.length];
    this.firstMoment = new double[parameters.length];
    this.secondMoment = new double[parameters.length];
  }

  /** Prints one line per figure. */
  public static void main(String[] arguments) {
    int dimensions = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 8;
    int shards = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2;
    TraceMode trace =
        TraceMode.valueOf((arguments.length > 2 ? arguments[2] : "exact").toUpperCase(Locale.ROOT));
    TrainingIteration iteration = new TrainingIteration(dimensions);
    TrainingEngine engine = TrainingEngines.of(TrainingEngines.AUTOMATIC).forShape(iteration.shape);
    System.out.println("engine " + engine.description());
    iteration.measure(engine, shards, trace);
  }

  private void measure(TrainingEngine engine, int shards, TraceMode trace) {
    SolverOptions options = SolverOptions.of(TOLERANCE, ErrorNorm.BATCH_RMS);
    FlowObjective objective = new FlowObjective(trace, ProbeDistribution.RADEMACHER, 0, 0);
    double[] milliseconds = new double[ROUNDS];
    double forward = 0;
    double backward = 0;
    try (BatchGradient trainer =
        engine.newGradient(BatchProblem.of(shape, objective, BATCH, options).withShards(shards))) {
      for (int i = 0; i < WARM_UP; i++) {
        iterate(trainer, draw());
      }
      for (int round = 0; round < ROUNDS; round++) {
        double[] batch = draw();
        long started = System.nanoTime();
        BatchLoss loss = iterate(trainer, batch);
        milliseconds[round] = (System.nanoTime() - started) / 1e6;
        forward += (double) loss.forwardEvaluations() / ROUNDS;
        backward += (double) loss.backwardEvaluations() / ROUNDS;
      }
    }
    Arrays.sort(milliseconds);
    double median = milliseconds[ROUNDS / 2];
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
    double[] batch = new double[BATCH * dimensions];
    double[] z = new double[dimensions];
    for (int record = 0; record < BATCH; record++) {
      double[] centre = centres[random.nextInt(centres.length)];
      for (int i = 0; i < dimensions; i++) {
        z[i] = random.nextGaussian();
      }
      for (int i = 0; i < dimensions; i++) {
        double sum = 0;
        for (int j = 0; j < dimensions; j++) {
          sum += z[j] * mix[j * dimensions + i];
        }
        batch[i * BATCH + record] = (Math.tanh(sum) + 0.3 * z[i] + centre[i]) / 1.5;
      }
    }
    return batch;
  }
}
