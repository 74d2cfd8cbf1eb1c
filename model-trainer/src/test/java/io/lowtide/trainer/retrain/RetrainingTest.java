package io.lowtide.trainer.retrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.flow.StackedDensity;
import io.lowtide.kafka.feedback.Precision;
import io.lowtide.schemas.ComparedModel;
import io.lowtide.schemas.RunOutcome;
import io.lowtide.schemas.SeverityLevel;
import io.lowtide.schemas.TrainingRun;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.ReadingTally;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.TrainingEngines;
import io.lowtide.trainer.feature.FeaturePlan;
import io.lowtide.trainer.fit.EpochReport;
import io.lowtide.trainer.fit.FlowTrainer;
import io.lowtide.trainer.fit.TrainingSettings;
import io.lowtide.trainer.report.Verdict;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetrainingTest {

  private static final Map<String, String> TRAINING =
      Map.of("hidden.units", "8,8", "iterations", "120", "budget", "0.02");

  private static ModelBundle champion;

  @TempDir private Path directory;

  @BeforeAll
  static void trainChampion() {
    champion =
        new FlowTrainer(
                TrainingEngines.of("vector"),
                "press",
                TrainingSettings.of(TRAINING),
                report -> {},
                Optional.empty())
            .train(readings(4_000, 1, 0, 0).table())
            .bundle();
  }

  private static RetrainSettings settings(String... more) {
    Map<String, String> named = new HashMap<>();
    TRAINING.forEach((name, value) -> named.put("training." + name, value));
    named.put("training.engine", "vector");
    named.put("retrain.warm.iterations", "100");
    for (int i = 0; i < more.length; i += 2) {
      named.put(more[i], more[i + 1]);
    }
    return RetrainSettingsTest.settings(
        named.entrySet().stream()
            .flatMap(entry -> java.util.stream.Stream.of(entry.getKey(), entry.getValue()))
            .toArray(String[]::new));
  }

  /** Speed and load that go together, moved from a row on. */
  private static RunRecords readings(int count, long seed, int movedFrom, double moved) {
    Random random = new Random(seed);
    double[][] rows = new double[count][];
    for (int row = 0; row < count; row++) {
      double speed = random.nextGaussian();
      double load = 0.8 * speed + 0.6 * random.nextGaussian();
      double shift = row >= movedFrom ? moved : 0;
      rows[row] = new double[] {50 + 5 * (speed + shift), 20 + 2 * (load + shift)};
    }
    return new RunRecords(
        new Table("press", List.of("speed", "load"), rows),
        new boolean[count],
        new ReadingTally(count, 0, 0, Optional.empty(), Optional.empty()));
  }

  private static FeaturePlan plan() {
    return FeaturePlan.of(champion.record().getFeatures());
  }

  private Retraining.Outcome retrain(
      RetrainSettings settings, RunRecords records, Optional<ModelBundle> against) {
    return retrain(settings, records, against, "run", report -> {});
  }

  private Retraining.Outcome retrain(
      RetrainSettings settings,
      RunRecords records,
      Optional<ModelBundle> against,
      String folder,
      Consumer<EpochReport> listener) {
    try (RunFolder opened = RunFolder.open(directory.resolve(folder), 1_000)) {
      RunFolder.Run run = opened.begin("test");
      return new Retraining(settings, opened, run, listener).of(records, plan(), against);
    }
  }

  private static ComparedModel model(Retraining.Outcome outcome, String role) {
    return outcome.models().stream()
        .filter(model -> model.getRole().equals(role))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void shouldKeepAChampionThatIsAsGoodAsItsChallengers() {
    Retraining.Outcome outcome =
        retrain(settings(), readings(5_000, 2, 0, 0), Optional.of(champion));
    assertThat(outcome.winner()).isEmpty();
    assertThat(model(outcome, "champion").getInCalibration()).isTrue();
    assertThat(model(outcome, "champion").getAlertRate()).isCloseTo(0.02, within(0.02));
    ComparedModel recalibrated = model(outcome, "recalibrated");
    assertThat(recalibrated.getGain()).isZero();
    assertThat(recalibrated.getEvaluations())
        .isEqualTo(model(outcome, "champion").getEvaluations());
    assertThat(model(outcome, "warm").getGain()).isCloseTo(0, within(0.05));
  }

  @Test
  void shouldPublishAWarmStartWhereWhatIsNormalHasMoved() {
    Retraining.Outcome outcome =
        retrain(settings(), readings(5_000, 3, 0, 1), Optional.of(champion));
    assertThat(outcome.decision().winner()).contains("warm");
    assertThat(model(outcome, "champion").getInCalibration()).isFalse();
    assertThat(model(outcome, "warm").getGain()).isGreaterThan(0.1);
    ModelBundle winner = outcome.winner().orElseThrow();
    assertThat(winner.record().getFeatures()).isEqualTo(champion.record().getFeatures());
    assertThat(winner.record().getProvenance().getLineage().getParentVersion())
        .isEqualTo(champion.version());
    assertThat(winner.record().getProvenance().getLineage().getDecision())
        .isEqualTo(outcome.decision().reason());
    assertThat(winner.calibration().defaultBudget()).isEqualTo(0.02);
  }

  @Test
  void shouldCalibrateAnewWithTheFlowOfTheChampionAlone() {
    Retraining.Outcome outcome =
        retrain(
            settings("retrain.challengers", "recalibrated"),
            readings(5_000, 4, 0, 1),
            Optional.of(champion));
    assertThat(outcome.decision().winner()).contains("recalibrated");
    ModelBundle winner = outcome.winner().orElseThrow();
    assertThat(winner.parameters().toArray()).isEqualTo(champion.parameters().toArray());
    assertThat(winner.calibration().size()).isEqualTo(4_000);
    assertThat(model(outcome, "recalibrated").getAlertRate()).isCloseTo(0.02, within(0.015));
  }

  /** By its kernels the records that they are around would count as too normal. */
  @Test
  void shouldCalibrateAChampionAnewWithoutItsKernels() {
    Map<String, String> training = new HashMap<>(TRAINING);
    training.put("mixture.components", "2");
    ModelBundle withKernels =
        new FlowTrainer(
                TrainingEngines.of("vector"),
                "press",
                TrainingSettings.of(training),
                report -> {},
                Optional.empty())
            .train(ring(5_000, 9).table().rows(0, 4_000))
            .bundle();
    assertThat(withKernels.flow().base()).isInstanceOf(StackedDensity.class);

    Retraining.Outcome outcome =
        retrain(
            settings("retrain.challengers", "recalibrated"),
            ring(5_000, 9),
            Optional.of(withKernels));

    ComparedModel recalibrated = model(outcome, "recalibrated");
    assertThat(recalibrated.getInCalibration()).isTrue();
    assertThat(recalibrated.getCalibrationDistance()).isLessThan(0.08);
    // Two Gaussians, bent a little, know less of a ring than kernels do.
    assertThat(recalibrated.getGain()).isLessThan(-0.1);
  }

  private static RunRecords ring(int count, long seed) {
    Random random = new Random(seed);
    double[][] rows = new double[count][];
    for (int row = 0; row < count; row++) {
      double angle = 2 * Math.PI * random.nextDouble();
      double radius = 10 + 0.5 * random.nextGaussian();
      rows[row] = new double[] {50 + radius * Math.cos(angle), 20 + radius * Math.sin(angle)};
    }
    return new RunRecords(
        new Table("press", List.of("speed", "load"), rows),
        new boolean[count],
        new ReadingTally(count, 0, 0, Optional.empty(), Optional.empty()));
  }

  @Test
  void shouldTrainTheFirstModelOfADetectorFromScratch() {
    Retraining.Outcome outcome = retrain(settings(), readings(3_000, 5, 0, 0), Optional.empty());
    assertThat(outcome.decision().winner()).contains("scratch");
    assertThat(outcome.models()).hasSize(1);
    assertThat(
            outcome.winner().orElseThrow().record().getProvenance().getLineage().getParentVersion())
        .isNull();
  }

  @Test
  void shouldSayWhyAChallengerCannotBeMade() {
    Retraining.Outcome outcome =
        retrain(settings(), readings(1_000, 6, 0, 0), Optional.of(champion));
    assertThat(model(outcome, "warm").getFailure())
        .contains("800 records, expected at least 1500 to begin with a model");
    assertThat(model(outcome, "recalibrated").getFailure()).isNull();
  }

  @Test
  void shouldKeepAlertedRecordsInTheCalibrationAndOutOfTheFit() {
    RunRecords all = readings(5_000, 7, 0, 0);
    boolean[] alerted = new boolean[all.table().size()];
    for (int row = 0; row < alerted.length; row++) {
      double[] values = all.table().rows()[row];
      alerted[row] = Math.abs(values[0] - 50) > 11.5;
    }
    RunRecords records = new RunRecords(all.table(), alerted, all.tally());
    Retraining.Outcome outcome =
        retrain(settings("retrain.challengers", "scratch"), records, Optional.of(champion));
    assertThat(model(outcome, "scratch").getAlertRate()).isCloseTo(0.02, within(0.015));
    assertThat(model(outcome, "scratch").getInCalibration()).isTrue();
  }

  @Test
  void shouldEndWithTheSameModelWhenInterruptedAndStartedAgain() {
    RunRecords records = readings(5_000, 8, 0, 1);
    ModelBundle undisturbed =
        retrain(settings(), records, Optional.of(champion), "undisturbed", report -> {})
            .winner()
            .orElseThrow();
    for (int stopAt = 1; stopAt <= 3; stopAt++) {
      int last = stopAt;
      assertThatThrownBy(
              () ->
                  retrain(
                      settings(),
                      records,
                      Optional.of(champion),
                      "interrupted" + last,
                      report -> {
                        if (report.iteration() >= 25 * last) {
                          throw new IllegalStateException("interrupted");
                        }
                      }))
          .hasMessage("interrupted");
      ModelBundle resumed =
          retrain(settings(), records, Optional.of(champion), "interrupted" + last, report -> {})
              .winner()
              .orElseThrow();
      assertThat(resumed.contentSha256()).isEqualTo(undisturbed.contentSha256());
    }
  }

  @Test
  void shouldNotLetTwoRunsHaveOneFolder() {
    try (RunFolder held = RunFolder.open(directory.resolve("one"), 1)) {
      assertThat(held.underWay()).isEmpty();
      assertThatThrownBy(() -> RunFolder.open(directory.resolve("one"), 1))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("another run is at work here");
    }
  }

  @Test
  void shouldRefuseAFolderWithoutRoomBeforeAnyWork() {
    assertThatThrownBy(() -> RunFolder.open(directory.resolve("big"), 1L << 50))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("MiB of disk space left, expected at least");
  }

  @Test
  void shouldRefuseAFolderThatCannotBeWrittenTo() throws Exception {
    Path file = java.nio.file.Files.writeString(directory.resolve("file"), "");
    assertThatThrownBy(() -> RunFolder.open(file.resolve("run"), 1))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("cannot be written to, expected a folder");
  }

  @Test
  void shouldKeepTheRecordsOfARunAsTheyWere() {
    RunRecords records =
        new RunRecords(
            new Table(
                "topic t",
                List.of("x", "mode"),
                new double[][] {{1.5, 0}, {Double.NaN, 1}},
                Map.of("mode", List.of("run", "stopp\u00e9"))),
            new boolean[] {false, true},
            new ReadingTally(9, 2, 1, Optional.of(java.time.Instant.EPOCH), Optional.empty()));
    try (RunFolder folder = RunFolder.open(directory.resolve("kept"), 1)) {
      folder.begin("one");
      folder.keep(records);
      RunRecords read = folder.records().orElseThrow();
      assertThat(read.table().sha256()).isEqualTo(records.table().sha256());
      assertThat(read.table().dictionaries()).isEqualTo(records.table().dictionaries());
      assertThat(read.alerted()).containsExactly(false, true);
      assertThat(read.tally()).isEqualTo(records.tally());
      assertThat(folder.begin("one").goesOn()).isTrue();
      assertThat(folder.begin("other").goesOn()).isFalse();
      assertThat(folder.records()).isEmpty();
    }
  }

  @Test
  void shouldGoOnWithoutWhatPeopleSaidWhereItCannotBeRead() {
    assertThat(
            RetrainJob.precision(
                "press",
                () -> {
                  throw new TopicAuthorizationException("lowtide.feedback");
                }))
        .isEmpty();
    assertThatThrownBy(
            () ->
                RetrainJob.precision(
                    "press",
                    () -> {
                      throw new InterruptException("stopped");
                    }))
        .isInstanceOf(InterruptException.class);
    // It sets the mark of its thread.
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void shouldWriteAReportOfTheDecision() {
    RunRecords records = readings(5_000, 3, 0, 1);
    Retraining.Outcome outcome = retrain(settings(), records, Optional.of(champion));
    TrainingRun event =
        TrainingRun.newBuilder()
            .setId("run-1")
            .setDetector("press")
            .setStartedAt(Instant.EPOCH)
            .setFinishedAt(Instant.EPOCH)
            .setOutcome(RunOutcome.PUBLISHED)
            .setReason(outcome.decision().reason())
            .setChampion(champion.version())
            .setPublished(outcome.winner().orElseThrow().version())
            .setSource("press")
            .setRecordsRead(5_000)
            .setRecordsUsed(5_000)
            .setHeldOutRecords(1_000)
            .setDataSha256("")
            .setModels(outcome.models())
            .build();
    List<Precision> precision = List.of(new Precision(Optional.of(SeverityLevel.CRITICAL), 8, 2));
    Path history = directory.resolve("run/challenger-warm.json");
    DecisionReport report = new DecisionReport(settings(), records, outcome, event);
    assertThat(report.write(Map.of("warm", history), precision, directory))
        .contains(directory.resolve("report.html"));
    assertThat(report.write(Map.of("warm", directory.resolve("none")), precision, directory))
        .as("a second one that cannot be made is not the first")
        .isEmpty();
    assertThat(directory.resolve("report.html"))
        .content()
        .contains(
            "Published: " + event.getPublished(),
            "Newest records, warm (1,000)",
            "Newest records, champion (1,000)",
            "Gain of each challenger",
            "Learning curve of the warm fit",
            "CRITICAL",
            "80.0\u00a0%");
    assertThat(
            Verdict.published(
                TrainingRun.newBuilder(event)
                    .setSettings(Map.of("retrain.publish.as", "nothing"))
                    .build()))
        .isEqualTo("To be published, were this no dry run");
    assertThat(directory.resolve("model-card.md"))
        .content()
        .contains("PUBLISHED: the warm model wins", "| CRITICAL | 10 | 8 | 2 | 80.0 % |");
    RetrainReport.write(event, Map.of(), precision, directory.resolve("training.json"));
    assertThat(directory.resolve("training.json"))
        .content()
        .contains("\"level\" : \"CRITICAL\"", "\"precision\" : 0.8");
  }
}
