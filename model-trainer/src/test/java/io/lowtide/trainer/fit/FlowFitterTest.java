package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.field.Activation;
import io.lowtide.trainer.field.FlowObjective;
import io.lowtide.trainer.field.ProbeDistribution;
import io.lowtide.trainer.field.TraceMode;
import io.lowtide.trainer.fit.FitResult.Stop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlowFitterTest {

  private static final double CORRELATION = 0.8;

  /** Correlated standard normals, whose entropy is known. */
  private record GaussianRows(double[][] values) implements TrainingRows {

    static GaussianRows of(int size, long seed) {
      Random random = new Random(seed);
      double[][] values = new double[size][];
      for (int row = 0; row < size; row++) {
        double first = random.nextGaussian();
        double second =
            CORRELATION * first + Math.sqrt(1 - CORRELATION * CORRELATION) * random.nextGaussian();
        values[row] = new double[] {first, second};
      }
      return new GaussianRows(values);
    }

    @Override
    public int size() {
      return values.length;
    }

    @Override
    public int dimensions() {
      return 2;
    }

    @Override
    public void read(int row, RandomGenerator noise, double[] encoded) {
      System.arraycopy(values[row], 0, encoded, 0, 2);
    }

    double entropy() {
      double sum = 0;
      double determinant = 1 - CORRELATION * CORRELATION;
      for (double[] x : values) {
        double quadratic =
            (x[0] * x[0] - 2 * CORRELATION * x[0] * x[1] + x[1] * x[1]) / determinant;
        sum += 0.5 * quadratic + Math.log(2 * Math.PI) + 0.5 * Math.log(determinant);
      }
      return sum / values.length;
    }
  }

  private static FitSettings settings(TraceMode trace, int epochs, double learningRate) {
    return new FitSettings(
        List.of(16, 16),
        Activation.TANH,
        new FlowObjective(trace, ProbeDistribution.RADEMACHER, 0.01, 0),
        1e-3,
        128,
        2,
        0,
        epochs,
        learningRate,
        0.1,
        0.02,
        0,
        10,
        0.9,
        5,
        Duration.ZERO,
        42);
  }

  private static final FitListener SILENT = (epoch, epochs, left) -> {};

  private final GaussianRows train = GaussianRows.of(2_000, 1);
  private final GaussianRows validation = GaussianRows.of(500, 2);

  @Test
  void shouldReachTheEntropyOfAGaussianWithTheExactTraceAndWithAnEstimate() {
    for (TraceMode trace : TraceMode.values()) {
      FitResult result = new FlowFitter(settings(trace, 12, 1e-2), SILENT).fit(train, validation);

      assertThat(result.best().validationNegativeLogLikelihood())
          .isCloseTo(validation.entropy(), within(0.03));
    }
  }

  @Test
  void shouldGiveTheSameBitsForTheSameSeed() {
    FlowFitter fitter = new FlowFitter(settings(TraceMode.HUTCHINSON, 2, 1e-2), SILENT);

    assertThat(fitter.fit(train, validation).parameters().toArray())
        .isEqualTo(fitter.fit(train, validation).parameters().toArray());
  }

  @Test
  void shouldEndWhereAnUninterruptedRunDoesAfterAResume(@TempDir Path directory)
      throws IOException {
    FitSettings settings = settings(TraceMode.HUTCHINSON, 4, 1e-2);
    FitResult whole = new FlowFitter(settings, SILENT).fit(train, validation);
    Checkpoint checkpoint = new Checkpoint(directory.resolve("fit.checkpoint"));
    FitListener killer =
        (epoch, epochs, left) -> {
          if (epoch.epoch() == 2) {
            throw new IllegalStateException("killed");
          }
        };
    assertThatThrownBy(
            () -> new FlowFitter(settings, killer).fit(train, validation, checkpoint, "data"))
        .hasMessage("killed");

    FitResult resumed = new FlowFitter(settings, SILENT).fit(train, validation, checkpoint, "data");

    assertThat(resumed.parameters().toArray()).isEqualTo(whole.parameters().toArray());
    assertThat(resumed.history()).hasSize(4);
  }

  @Test
  void shouldRefuseACheckpointOfOtherData(@TempDir Path directory) throws IOException {
    FlowFitter fitter = new FlowFitter(settings(TraceMode.EXACT, 1, 1e-2), SILENT);
    Path file = directory.resolve("fit.checkpoint");
    fitter.fit(train, validation, new Checkpoint(file), "one");

    assertThatThrownBy(() -> fitter.fit(train, validation, new Checkpoint(file), "other"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("other settings or data");
  }

  @Test
  void shouldRefuseADamagedCheckpoint(@TempDir Path directory) throws IOException {
    FlowFitter fitter = new FlowFitter(settings(TraceMode.EXACT, 1, 1e-2), SILENT);
    Path file = directory.resolve("fit.checkpoint");
    fitter.fit(train, validation, new Checkpoint(file), "one");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);

    assertThatThrownBy(() -> fitter.fit(train, validation, new Checkpoint(file), "one"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("checksum");
  }

  @Test
  void shouldStopWhenValidationNoLongerImproves() {
    FitSettings settings = settings(TraceMode.EXACT, 60, 2e-2);

    FitResult result = new FlowFitter(settings, SILENT).fit(train, validation);

    assertThat(result.stop()).isEqualTo(Stop.PATIENCE);
    assertThat(result.history().size()).isEqualTo(result.bestEpoch() + settings.patience());
  }

  @Test
  void shouldNeverReturnParametersFromDataThatCannotBeIntegrated() {
    double[][] values = new double[256][];
    for (int row = 0; row < values.length; row++) {
      values[row] = new double[] {row == 17 ? Double.NaN : 0.1, 0.2};
    }
    FlowFitter fitter = new FlowFitter(settings(TraceMode.EXACT, 2, 1e-2), SILENT);

    assertThatThrownBy(() -> fitter.fit(new GaussianRows(values), validation))
        .isInstanceOf(FitException.class)
        .hasMessageContaining("training diverged at step")
        .hasMessageContaining("try a lower learning rate");
  }
}
