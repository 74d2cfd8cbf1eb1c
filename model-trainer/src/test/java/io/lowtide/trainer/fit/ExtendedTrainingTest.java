package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.TrainingEngine;
import io.lowtide.trainer.engine.TrainingEngines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtendedTrainingTest {

  private static final int FIRST_ROUND = 100;

  private static final Map<String, String> BRIEF =
      Map.of("base", "normal", "hidden.units", "8,8", "iterations", String.valueOf(FIRST_ROUND));

  @TempDir private Path directory;

  /** The SIMD engine, which says that it is as fast as a GPU. */
  private record Fast(TrainingEngine engine) implements TrainingEngine {

    @Override
    public String description() {
      return "fast";
    }

    @Override
    public int concurrentFits() {
      return engine.concurrentFits();
    }

    @Override
    public double nominalSpeed() {
      return 1e12;
    }

    @Override
    public Optional<String> refusal(FieldShape shape) {
      return engine.refusal(shape);
    }

    @Override
    public BatchGradient newGradient(BatchProblem problem) {
      return engine.newGradient(problem);
    }
  }

  private static FlowTrainer trainer(
      boolean fast,
      Map<String, String> settings,
      Consumer<EpochReport> listener,
      Optional<Path> checkpoint) {
    TrainingEngines engines = TrainingEngines.of("vector");
    return new FlowTrainer(
        shape -> fast ? new Fast(engines.forShape(shape)) : engines.forShape(shape),
        "test",
        TrainingSettings.of(settings),
        listener,
        checkpoint);
  }

  private static TrainingResult train(boolean fast, Map<String, String> settings) {
    return trainer(fast, settings, report -> {}, Optional.empty()).train(bananas());
  }

  private static Map<String, String> extended(String seconds) {
    Map<String, String> settings = new HashMap<>(BRIEF);
    settings.put("extension.seconds", seconds);
    return settings;
  }

  private static Table bananas() {
    Random random = new Random(1);
    double[][] rows = new double[3000][];
    for (int row = 0; row < rows.length; row++) {
      double x = random.nextGaussian();
      rows[row] = new double[] {x, x * x + 0.2 * random.nextGaussian()};
    }
    return new Table("bananas", List.of("x", "y"), rows);
  }

  private static Table gaussians() {
    Random random = new Random(1);
    double[][] rows = new double[3000][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = new double[] {random.nextGaussian(), random.nextGaussian()};
    }
    return new Table("gaussians", List.of("x", "y"), rows);
  }

  private static int iterations(TrainingResult result) {
    return result.history().get(result.history().size() - 1).iteration();
  }

  private static String engine(TrainingResult result) {
    return result.bundle().record().getProvenance().getBackend();
  }

  private static double negativeLogLikelihood(TrainingResult result) {
    return result.bundle().record().getTraining().getValidationNegativeLogLikelihood();
  }

  @Test
  void shouldGoOnWhileTheRecordsBecomeMoreProbableAndWithinTheBudget() {
    TrainingResult once = train(false, BRIEF);
    TrainingResult longer = train(false, extended("0.02"));
    TrainingResult longest = train(false, extended("1000"));

    assertThat(iterations(once)).isEqualTo(FIRST_ROUND);
    assertThat(engine(once))
        .endsWith("; 100 iterations in one round: further ones are not asked for");
    assertThat(iterations(longer)).isGreaterThan(FIRST_ROUND).isLessThan(iterations(longest));
    assertThat(engine(longer)).contains(" rounds: ").contains(", of extension.seconds 0.0200");
    assertThat(engine(longest)).contains(" rounds: ").contains(": not 0.01 beyond it");
    assertThat(negativeLogLikelihood(longer)).isLessThan(negativeLogLikelihood(once) - 0.01);
    assertThat(negativeLogLikelihood(longest)).isLessThanOrEqualTo(negativeLogLikelihood(longer));
    assertThat(longest.history())
        .extracting(EpochReport::iterations)
        .contains(FIRST_ROUND, 2 * FIRST_ROUND, 4 * FIRST_ROUND);
  }

  @Test
  void shouldStopAfterARoundThatGainsNothing() {
    Map<String, String> settings = extended("1000");
    settings.put("iterations", "200");
    TrainingResult result =
        trainer(false, settings, report -> {}, Optional.empty()).train(gaussians());
    assertThat(iterations(result)).isLessThanOrEqualTo(400);
    assertThat(engine(result)).contains(": not 0.01 beyond it");
  }

  @Test
  void shouldGoOnUnaskedOnlyWhereThatIsCheapAndNobodyStatesIterations() {
    Map<String, String> open = new HashMap<>(BRIEF);
    open.remove("iterations");
    TrainingEngine slow = TrainingEngines.of("vector").forShape(null);
    TrainingEngine fast = new Fast(slow);

    assertThat(TrainingSettings.of(open).extension(slow).isAsked()).isFalse();
    assertThat(TrainingSettings.of(open).extension(fast).seconds()).isEqualTo(10);
    for (String stated : List.of("iterations", "mixture.iterations")) {
      Map<String, String> settings = new HashMap<>(open);
      settings.put(stated, "300");
      assertThat(TrainingSettings.of(settings).extension(fast).isAsked()).isFalse();
      settings.put("extension.seconds", "2");
      assertThat(TrainingSettings.of(settings).extension(fast).seconds()).isEqualTo(2);
    }
    open.put("extension.seconds", "0");
    assertThat(TrainingSettings.of(open).extension(fast).isAsked()).isFalse();
  }

  @Test
  void shouldGiveTheSameModelAgainAndByTheSettingsItReports() {
    Map<String, String> settings = extended("0.01");
    TrainingResult first = train(true, settings);
    TrainingResult second = train(true, settings);
    TrainingResult reported =
        new FlowTrainer(
                shape -> new Fast(TrainingEngines.of("vector").forShape(shape)),
                "test",
                TrainingSettings.ofReport(first.settings()),
                report -> {},
                Optional.empty())
            .train(bananas());

    assertThat(iterations(first)).isGreaterThan(FIRST_ROUND);
    assertThat(first.settings()).containsEntry("extension.seconds", "0.01");
    assertThat(second.bundle().contentSha256()).isEqualTo(first.bundle().contentSha256());
    assertThat(reported.bundle().contentSha256()).isEqualTo(first.bundle().contentSha256());
  }

  @Test
  void shouldResumeInAFurtherRoundToTheModelOfAnUninterruptedRun() {
    Map<String, String> settings = extended("0.5");
    TrainingResult undisturbed = train(false, settings);
    Path checkpoint = directory.resolve("checkpoint.bin");
    List<EpochReport> reports = new ArrayList<>();
    FlowTrainer interrupted =
        trainer(
            false,
            settings,
            report -> {
              reports.add(report);
              if (report.iteration() > FIRST_ROUND) {
                throw new IllegalStateException("power cut");
              }
            },
            Optional.of(checkpoint));
    assertThatThrownBy(() -> interrupted.train(bananas())).hasMessage("power cut");
    assertThat(
            trainer(false, settings, report -> {}, Optional.of(checkpoint))
                .train(bananas())
                .bundle()
                .contentSha256())
        .isEqualTo(undisturbed.bundle().contentSha256());
  }

  @Test
  void shouldTakeOneRoundWhereFoldsCalibrate() {
    Map<String, String> settings = extended("1000");
    settings.put("calibration.folds", "2");
    TrainingResult result =
        trainer(true, settings, report -> {}, Optional.empty()).train(bananas().rows(0, 400));
    assertThat(iterations(result)).isLessThanOrEqualTo(FIRST_ROUND);
    assertThat(engine(result))
        .contains(" iterations of 100: where the records left out of the folds are most probable");
  }
}
