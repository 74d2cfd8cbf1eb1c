package io.lowtide.cuda;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldLayer;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.field.FieldTensor;
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
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Milliseconds of a training iteration on the GPU of this machine, by tiling and batch: from
 * parameters and records in the machine's memory to loss and gradient there. The flow is trained
 * first, so that solves take as many steps as they do in training; its biases have no constant
 * part, which FFJORD's have not either, so that benchmarks/reference/ffjord_torch.py can be timed
 * on the same flow and records: the system property {@code problem} names a file for them.
 */
final class GpuSpeed {

  private static final FlowObjective PENALISED =
      new FlowObjective(TraceMode.EXACT, ProbeDistribution.RADEMACHER, 0.03, 0.03);
  private static final SolverOptions OPTIONS = SolverOptions.of(1e-5, ErrorNorm.BATCH_RMS);
  private static final int ROUNDS = 21;

  /** What the JVM needs to compile what surrounds the kernels. */
  private static final int WARM_UP = 100;

  private GpuSpeed() {}

  /**
   * @param arguments dimensions, units of each of two layers, and batch sizes
   */
  public static void main(String[] arguments) throws IOException {
    int[] numbers = Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray();
    FieldShape shape =
        new FieldShape(numbers[0], 0, List.of(numbers[1], numbers[1]), Activation.TANH);
    double[] parameters = trained(shape);
    if (System.getProperty("problem") != null) {
      int most = Arrays.stream(numbers).skip(2).max().orElseThrow();
      Files.write(Path.of(System.getProperty("problem")), problem(shape, parameters, most));
    }
    for (int i = 2; i < numbers.length; i++) {
      for (Tiling tiling : tilings(numbers[i])) {
        measure(shape, numbers[i], tiling, parameters);
      }
    }
  }

  /** As ffjord_torch.py reads it. */
  private static byte[] problem(FieldShape shape, double[] parameters, int records) {
    ByteBuffer buffer =
        ByteBuffer.allocate(Float.BYTES * (parameters.length + records * shape.dimensions()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (FieldLayer layer : shape.layers()) {
      for (FieldTensor tensor :
          List.of(layer.weights(), layer.gateConstant(), layer.gateTime(), layer.biasTime())) {
        for (int i = 0; i < tensor.size(); i++) {
          buffer.putFloat((float) parameters[tensor.offset() + i]);
        }
      }
    }
    double[] x = batch(shape.dimensions(), records);
    for (int record = 0; record < records; record++) {
      for (int column = 0; column < shape.dimensions(); column++) {
        buffer.putFloat((float) x[column * records + record]);
      }
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  private static double[] batch(int dimensions, int records) {
    return records(dimensions, records, new Random(5));
  }

  /** What the engine takes; or those of the system property {@code tilings}: 4x2, 16x2-tensor. */
  private static List<Tiling> tilings(int records) {
    String wanted = System.getProperty("tilings");
    if (wanted == null) {
      CudaDevice device = CudaDevice.open();
      return Tiling.fastest(records, device.multiprocessors(), device.capability(), true)
          .subList(0, 1);
    }
    return Arrays.stream(wanted.split(",")).map(GpuSpeed::tiling).toList();
  }

  private static Tiling tiling(String name) {
    String[] parts = name.split("[x-]");
    return new Tiling(
        Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), name.endsWith("-tensor"));
  }

  static CudaEngine engine(Tiling tiling) {
    CudaDevice device = CudaDevice.open();
    return new CudaEngine(
        device,
        List.<KernelCompiler>of(
            NvrtcCompiler.find(device.capability(), KernelCache.ofUser())
                .<KernelCompiler>map(compiler -> compiler)
                .orElseGet(CarriedPtx::new)),
        (records, multiprocessors, capability, single) -> List.of(tiling));
  }

  private static void measure(FieldShape shape, int records, Tiling tiling, double[] parameters) {
    try {
      CudaEngine engine = engine(tiling);
      long begun = System.nanoTime();
      double plain =
          print(engine, shape, FlowObjective.exactLikelihood(), records, 0, tiling, parameters);
      double penalised = print(engine, shape, PENALISED, records, 0, tiling, parameters);
      print(engine, shape, FlowObjective.exactLikelihood(), records, 8, tiling, parameters);
      System.out.printf(
          Locale.ROOT,
          "  with penalties %.2f times the time without; %.1f s with compiling%n",
          penalised / plain,
          (System.nanoTime() - begun) / 1e9);
    } catch (CudaException e) {
      System.out.printf(
          "d %d records %d %s: %s%n", shape.dimensions(), records, tiling, e.getMessage());
    }
  }

  private static double print(
      CudaEngine engine,
      FieldShape shape,
      FlowObjective objective,
      int records,
      int fixedSteps,
      Tiling tiling,
      double[] parameters) {
    BatchProblem problem = BatchProblem.of(shape, objective, records, OPTIONS);
    double[] gradient = new double[shape.parameterCount()];
    double[] again = new double[shape.parameterCount()];
    Batch batch = Batch.of(batch(shape.dimensions(), records));
    try (CudaGradient engineGradient = engine.newGradient(problem, fixedSteps)) {
      engineGradient.drawProbes(new Random(3));
      double[] milliseconds = new double[ROUNDS];
      for (int round = 0; round < WARM_UP; round++) {
        engineGradient.setParameters(parameters);
        engineGradient.lossAndGradient(batch, gradient);
      }
      BatchLoss loss = null;
      for (int round = 0; round < ROUNDS; round++) {
        long started = System.nanoTime();
        engineGradient.setParameters(parameters);
        loss = engineGradient.lossAndGradient(batch, round == 0 ? again : gradient);
        milliseconds[round] = (System.nanoTime() - started) / 1e6;
      }
      Arrays.sort(milliseconds);
      double[] forward = new double[ROUNDS];
      for (int round = 0; round < ROUNDS; round++) {
        long started = System.nanoTime();
        engineGradient.loss(batch);
        forward[round] = (System.nanoTime() - started) / 1e6;
      }
      Arrays.sort(forward);
      System.out.printf(
          Locale.ROOT,
          "d %d units %d records %d tile %d by %d%s %s%s: %.3f ms (least %.3f, forward alone %.3f), %d + %d evaluations, loss"
              + " %.5f, slowest tile %.2f of the mean, same bits %b%s, %s%n",
          shape.dimensions(),
          shape.hiddenUnits().get(0),
          records,
          tiling.records(),
          tiling.threadsPerUnit(),
          tiling.tensorCores() ? " tensor" : "",
          objective.jacobianPenalty() > 0 ? "penalties" : "plain",
          fixedSteps > 0 ? " fixed " + fixedSteps : "",
          milliseconds[ROUNDS / 2],
          milliseconds[0],
          forward[ROUNDS / 2],
          loss.forwardEvaluations(),
          loss.backwardEvaluations(),
          loss.loss(),
          engineGradient.slowestTile(),
          Arrays.equals(gradient, again),
          fixedSteps > 0
              ? String.format(
                  ", gradient off by %.1e", error(problem, fixedSteps, batch, parameters, gradient))
              : "",
          engine.describe(problem));
      return milliseconds[ROUNDS / 2];
    }
  }

  /** Of a gradient, relative to its largest component, on the same grid in double precision. */
  private static double error(
      BatchProblem problem, int steps, Batch batch, double[] parameters, double[] gradient) {
    double[] exact = new double[gradient.length];
    try (BatchGradient engineGradient =
        engine(Tiling.LEAST).newGradient(problem.inDoublePrecision(), steps)) {
      engineGradient.setParameters(parameters);
      engineGradient.lossAndGradient(batch, exact);
    }
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < exact.length; i++) {
      largest = Math.max(largest, Math.abs(exact[i]));
      difference = Math.max(difference, Math.abs(exact[i] - gradient[i]));
    }
    return difference / largest;
  }

  private static double[] trained(FieldShape shape) {
    return train(engine(Tiling.LEAST), shape);
  }

  private static double[] train(TrainingEngine trainer, FieldShape shape) {
    int batch = 512;
    int iterations = 400;
    Random random = new Random(2);
    double[] parameters = new double[shape.parameterCount()];
    for (FieldLayer layer : shape.layers()) {
      double bound = (layer.gateConstant().size() > 0 ? 1 : 0.1) / Math.sqrt(layer.inputs());
      for (int i = 0; i < layer.weights().size(); i++) {
        parameters[layer.weights().offset() + i] = bound * (2 * random.nextDouble() - 1);
      }
    }
    double[] gradient = new double[parameters.length];
    double[] first = new double[parameters.length];
    double[] second = new double[parameters.length];
    long started = System.nanoTime();
    try (BatchGradient engine =
        trainer.newGradient(
            BatchProblem.of(shape, FlowObjective.exactLikelihood(), batch, OPTIONS))) {
      for (int iteration = 1; iteration <= iterations; iteration++) {
        engine.setParameters(parameters);
        BatchLoss loss =
            engine.lossAndGradient(Batch.of(records(shape.dimensions(), batch, random)), gradient);
        if (iteration == 1 || iteration % 100 == 0) {
          System.out.printf(
              Locale.ROOT,
              "iteration %d: %.4f nats, %d + %d evaluations, %.2f s%n",
              iteration,
              loss.negativeLogLikelihood(),
              loss.forwardEvaluations(),
              loss.backwardEvaluations(),
              (System.nanoTime() - started) / 1e9);
        }
        for (FieldLayer layer : shape.layers()) {
          FieldTensor held = layer.biasConstant();
          Arrays.fill(gradient, held.offset(), held.offset() + held.size(), 0);
        }
        for (int i = 0; i < parameters.length; i++) {
          first[i] += 0.1 * (gradient[i] - first[i]);
          second[i] += 0.001 * (gradient[i] * gradient[i] - second[i]);
          parameters[i] -=
              3e-3
                  * (first[i] / (1 - Math.pow(0.9, iteration)))
                  / (Math.sqrt(second[i] / (1 - Math.pow(0.999, iteration))) + 1e-8);
        }
      }
    }
    return parameters;
  }

  /** A mixture of four bent Gaussians, column-major. */
  private static double[] records(int dimensions, int count, Random random) {
    Random fixed = new Random(1);
    double[] mix = fixed.doubles(dimensions * dimensions, -1.7, 1.7).toArray();
    double[] centres = fixed.doubles(4 * dimensions, -2.6, 2.6).toArray();
    double[] x = new double[count * dimensions];
    double[] z = new double[dimensions];
    for (int record = 0; record < count; record++) {
      for (int column = 0; column < dimensions; column++) {
        z[column] = random.nextGaussian();
      }
      int centre = random.nextInt(4);
      for (int column = 0; column < dimensions; column++) {
        double sum = 0;
        for (int k = 0; k < dimensions; k++) {
          sum += z[k] * mix[k * dimensions + column];
        }
        x[column * count + record] =
            (Math.tanh(sum / Math.sqrt(dimensions))
                    + 0.3 * z[column]
                    + centres[centre * dimensions + column])
                / 1.5;
      }
    }
    return x;
  }
}
