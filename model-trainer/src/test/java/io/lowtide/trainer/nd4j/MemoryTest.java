package io.lowtide.trainer.nd4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.ErrorNorm;
import io.lowtide.trainer.engine.FlowObjective;
import io.lowtide.trainer.engine.SolverOptions;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class MemoryTest {

  /** Iterations; {@code -Dmemory.iterations=1000} for the long run. */
  private static final int ITERATIONS = Integer.getInteger("memory.iterations", 200);

  @Test
  void shouldNotAllocateTensorMemoryPerIteration() {
    int records = 256;
    Random random = new Random(1);
    FieldShape shape = new FieldShape(8, 0, List.of(32, 32), Activation.TANH);
    double[] parameters = random.doubles(shape.parameterCount(), -0.3, 0.3).toArray();
    double[] gradient = new double[parameters.length];
    double[] x = random.doubles(records * 8, -2, 2).toArray();
    SolverOptions options = SolverOptions.of(1e-4, ErrorNorm.BATCH_RMS);
    try (BatchGradient trainer =
        Nd4jEngine.load()
            .newGradient(
                BatchProblem.of(shape, FlowObjective.exactLikelihood(), records, options)
                    .withShards(2))) {
      iterate(trainer, parameters, x, gradient, 30);
      long before = Pointer.totalBytes();
      long residentBefore = Pointer.physicalBytes();

      iterate(trainer, parameters, x, gradient, ITERATIONS);

      long trackedGrowth = trackedBytesAfterCollection(before) - before;
      long residentGrowth = Pointer.physicalBytes() - residentBefore;
      System.out.printf(
          "after %d iterations: off-heap memory grew by %d bytes, resident memory by %.1f MiB%n",
          ITERATIONS, trackedGrowth, residentGrowth / 1048576.0);
      assertThat(trackedGrowth).isLessThanOrEqualTo(64 * 1024);
      assertThat(residentGrowth).isLessThan(64L << 20);
    }
  }

  /** Small argument blocks wait for the garbage collector: give it a chance, up to a deadline. */
  private static long trackedBytesAfterCollection(long before) {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (Pointer.totalBytes() > before && System.nanoTime() < deadline) {
      System.gc();
      Thread.onSpinWait();
    }
    return Pointer.totalBytes();
  }

  private static void iterate(
      BatchGradient trainer, double[] parameters, double[] x, double[] gradient, int count) {
    for (int i = 0; i < count; i++) {
      trainer.setParameters(parameters);
      trainer.lossAndGradient(Batch.of(x), gradient);
    }
  }
}
