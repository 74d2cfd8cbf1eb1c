package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.BudgetException;
import io.lowtide.density.explanation.Explainer;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.VectorFields;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.FlowIntegrator;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.schemas.SolverCertificate;
import io.lowtide.schemas.TrainingSummary;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.ErrorNorm;
import io.lowtide.trainer.engine.FlowObjective;
import io.lowtide.trainer.engine.SolverOptions;
import io.lowtide.trainer.engine.TrainingEngines;
import io.lowtide.trainer.report.TrainingReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlowTrainerTest {

  private static final Map<String, String> SETTINGS =
      Map.of(
          "base", "normal",
          "hidden.units", "32,32",
          "iterations", "200",
          "batch.size", "256",
          "learning.rate", "0.01",
          "smoothing", "0.1");

  private static final TrainingEngines ENGINES = TrainingEngines.of("nd4j");

  private static TrainingResult result;

  @TempDir private Path directory;

  @BeforeAll
  static void train() {
    result = trainer(SETTINGS, Optional.empty()).train(bananas(3000, 1));
  }

  @Test
  void shouldLearnADensityThatIntegratesToOne() {
    ModelBundle bundle = result.bundle();
    FlowIntegrator integrator =
        new Flow(VectorFields.of(bundle.parameters()), SolverSettings.dormandPrince(1e-5))
            .newIntegrator();
    double width = 0.06;
    double sum = 0;
    for (double x = -6; x <= 6; x += width) {
      for (double y = -6; y <= 6; y += width) {
        if (integrator.score(new double[] {x, y}) == SolveStatus.COMPLETED) {
          sum += Math.exp(integrator.logDensity()) * width * width;
        }
      }
    }
    assertThat(sum).isCloseTo(1, within(0.01));
  }

  @Test
  void shouldBeatAGaussianOnABananaShapedDensity() {
    // The entropy of a standardised Gaussian in two dimensions: what no correlation could do worse.
    double gaussian = Math.log(2 * Math.PI) + 1;
    assertThat(result.bundle().record().getTraining().getValidationNegativeLogLikelihood())
        .isLessThan(gaussian - 0.3);
  }

  @Test
  void shouldKeepTheFalseAlarmBudgetOnFreshRecords() {
    int fresh = 4000;
    double budget = 0.01;
    double deviation =
        Math.sqrt(
            budget * (1 - budget) * (1.0 / fresh + 1.0 / result.bundle().calibration().size()));
    assertThat(falseAlarmRate(result.bundle(), fresh)).isCloseTo(budget, within(3 * deviation));
  }

  @Test
  void shouldMakeExpectedRangesCoverAsManyFreshRecordsAsTheySay() {
    ModelBundle bundle = result.bundle();
    ValueScorer scorer = new ValueScorer(bundle.encoder(), bundle.flow());
    Explainer explainer = new Explainer(bundle);
    double coverage = bundle.calibration().expectedRanges().orElseThrow().getCoverage();
    double[][] fresh = bananas(1000, 17).rows();
    Map<String, Integer> covered = new TreeMap<>();
    for (double[] row : fresh) {
      // Continuous features first, then the constant.
      double[] values = {row[0], row[2], row[1]};
      scorer.score(values);
      for (FieldContribution field :
          explainer
              .explain(values, scorer.logLikelihood(), category -> Optional.empty())
              .contributions()) {
        boolean within =
            field.getExpectedLow() != null
                && field.getExpectedLow() <= field.getValue()
                && field.getValue() <= field.getExpectedHigh();
        covered.merge(field.getField(), within ? 1 : 0, Integer::sum);
      }
    }
    double deviation =
        Math.sqrt(
            coverage * (1 - coverage) * (1.0 / fresh.length + 1.0 / bundle.calibration().size()));
    assertThat(covered).hasSize(2);
    assertThat(covered.values())
        .allSatisfy(
            count ->
                assertThat((double) count / fresh.length)
                    .isCloseTo(coverage, within(4 * deviation)));
  }

  private static double falseAlarmRate(ModelBundle bundle, int fresh) {
    ValueScorer scorer = new ValueScorer(bundle.encoder(), bundle.flow());
    int alarms = 0;
    for (double[] row : bananas(fresh, 99).rows()) {
      // Continuous features first, then the constant.
      double[] values = {row[0], row[2], row[1]};
      assertThat(scorer.score(values)).isEqualTo(SolveStatus.COMPLETED);
      double pValue = bundle.calibration().pValue(scorer.logLikelihood());
      alarms += pValue <= bundle.calibration().defaultBudget() ? 1 : 0;
    }
    return (double) alarms / fresh;
  }

  @Test
  void shouldGiveTheSameModelForTheSameSeed() {
    TrainingResult again = trainer(SETTINGS, Optional.empty()).train(bananas(3000, 1));
    assertThat(again.bundle().parameters().toArray())
        .isEqualTo(result.bundle().parameters().toArray());
    Map<String, String> otherSeed = new TreeMap<>(SETTINGS);
    otherSeed.put("seed", "2");
    otherSeed.put("iterations", "30");
    assertThat(
            trainer(otherSeed, Optional.empty())
                .train(bananas(3000, 1))
                .bundle()
                .parameters()
                .toArray())
        .isNotEqualTo(result.bundle().parameters().toArray());
  }

  @Test
  void shouldResumeToTheModelOfAnUninterruptedRun() {
    Path checkpoint = directory.resolve("checkpoint.bin");
    List<EpochReport> reports = new ArrayList<>();
    FlowTrainer interrupted =
        new FlowTrainer(
            ENGINES,
            "bananas",
            TrainingSettings.of(SETTINGS),
            report -> {
              reports.add(report);
              if (reports.size() == 4) {
                throw new IllegalStateException("power cut");
              }
            },
            Optional.of(checkpoint));
    assertThatThrownBy(() -> interrupted.train(bananas(3000, 1))).hasMessage("power cut");
    TrainingResult resumed = trainer(SETTINGS, Optional.of(checkpoint)).train(bananas(3000, 1));
    assertThat(resumed.bundle().parameters().toArray())
        .isEqualTo(result.bundle().parameters().toArray());
    assertThat(resumed.history()).hasSameSizeAs(result.history());
  }

  @Test
  void shouldLeaveACheckpointOfOtherDataOrBrokenBytesAside() throws IOException {
    Path checkpoint = directory.resolve("checkpoint.bin");
    Map<String, String> brief = new TreeMap<>(SETTINGS);
    brief.put("iterations", "20");
    brief.put("hidden.units", "8,8");
    String undisturbed =
        trainer(brief, Optional.of(checkpoint)).train(bananas(1600, 1)).bundle().contentSha256();
    byte[] intact = Files.readAllBytes(checkpoint);
    trainer(brief, Optional.of(checkpoint)).train(bananas(1600, 2));
    for (byte[] content :
        List.of(
            Files.readAllBytes(checkpoint),
            Arrays.copyOf(intact, intact.length / 2),
            new byte[0],
            flipped(intact, intact.length / 2),
            flipped(intact, 5))) {
      Files.write(checkpoint, content);
      assertThat(
              trainer(brief, Optional.of(checkpoint))
                  .train(bananas(1600, 1))
                  .bundle()
                  .contentSha256())
          .isEqualTo(undisturbed);
    }
    brief.put("iterations", "21");
    assertThat(
            trainer(brief, Optional.of(checkpoint))
                .train(bananas(1600, 1))
                .bundle()
                .contentSha256())
        .isNotEqualTo(undisturbed);
    Checkpoints.delete(checkpoint);
    assertThat(directory).isEmptyDirectory();
  }

  private static byte[] flipped(byte[] bytes, int at) {
    byte[] flipped = bytes.clone();
    flipped[at] ^= 1;
    return flipped;
  }

  @Test
  void shouldResumeTheFitsOfASmallTableToTheModelOfAnUninterruptedRun() throws IOException {
    Table small = bananas(400, 5);
    Map<String, String> brief = new TreeMap<>(SETTINGS);
    brief.put("iterations", "100");
    brief.put("hidden.units", "8,8");
    List<Path> left = List.of(directory.resolve("folds"), directory.resolve("last"));
    Path during = Files.createDirectory(directory.resolve("during")).resolve("checkpoint.bin");
    List<EpochReport> reports = new ArrayList<>();
    String undisturbed =
        new FlowTrainer(
                ENGINES,
                "bananas",
                TrainingSettings.of(brief),
                report -> {
                  reports.add(report);
                  // Within the fits that calibrate, and within the one that serves.
                  if (reports.size() == 2 || reports.size() == 5) {
                    copy(during.getParent(), left.get(reports.size() / 5));
                  }
                },
                Optional.of(during))
            .train(small)
            .bundle()
            .contentSha256();
    for (Path folder : left) {
      Path checkpoint = folder.resolve("checkpoint.bin");
      assertThat(folder).isNotEmptyDirectory();
      assertThat(trainer(brief, Optional.of(checkpoint)).train(small).bundle().contentSha256())
          .isEqualTo(undisturbed);
      Checkpoints.delete(checkpoint);
      assertThat(folder).isEmptyDirectory();
    }
  }

  /** What a run that is killed now would leave. */
  private static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.list(from)) {
      Files.createDirectories(to);
      for (Path file : files.filter(f -> !f.toString().endsWith(".unfinished")).toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldReportTheWholeHistory() throws IOException {
    TrainingReport.writeJson(
        result, List.of(), Optional.empty(), directory.resolve("training.json"));
    assertThat(directory.resolve("training.json"))
        .content()
        .contains(result.bundle().version(), "\"validationNegativeLogLikelihood\"");
    assertThat(result.history()).hasSizeGreaterThan(4);
    assertThat(result.history().get(0).forwardEvaluations()).isGreaterThan(4);
  }

  @Test
  void shouldScoreATrainedFlowAsTheTrainerDoes() {
    double tolerance = 1e-6;
    FieldParameters parameters = result.bundle().parameters();
    int count = 64;
    double[] batch = new double[2 * count];
    double[][] points = new double[count][2];
    Random random = new Random(5);
    for (int record = 0; record < count; record++) {
      for (int i = 0; i < 2; i++) {
        points[record][i] = 1.5 * random.nextGaussian();
        batch[i * count + record] = points[record][i];
      }
    }
    double[] trained = new double[count];
    SolverOptions options = SolverOptions.of(tolerance, ErrorNorm.EVERY_RECORD);
    try (BatchGradient likelihood =
        ENGINES
            .forShape(parameters.shape())
            .newGradient(
                BatchProblem.of(
                    parameters.shape(), FlowObjective.exactLikelihood(), count, options))) {
      likelihood.setParameters(asDoubles(parameters.toArray()));
      likelihood.loss(Batch.of(batch));
      likelihood.copyLogDensities(trained);
    }
    FlowIntegrator integrator =
        new Flow(VectorFields.of(parameters), SolverSettings.dormandPrince(tolerance))
            .newIntegrator();
    for (int record = 0; record < count; record++) {
      assertThat(integrator.score(points[record])).isEqualTo(SolveStatus.COMPLETED);
      assertThat(integrator.logDensity()).isCloseTo(trained[record], within(1e-4));
    }
  }

  private static double[] asDoubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  @Test
  void shouldCertifyHowItsScoresAreIntegrated() {
    SolverCertificate certificate = result.bundle().record().getSolver().getCertificate();
    assertThat(certificate.getError99()).isBetween(0.0, 0.01);
    assertThat(result.bundle().flow().solver()).isInstanceOf(SolverSettings.CheckedGrid.class);
    ValueScorer scorer = new ValueScorer(result.bundle().encoder(), result.bundle().flow());
    ValueScorer exact =
        new ValueScorer(result.bundle().encoder(), Flow.reference(result.bundle().parameters()));
    int fresh = 1000;
    int inaccurate = 0;
    long evaluations = 0;
    for (double[] row : bananas(fresh, 98).rows()) {
      double[] values = {row[0], row[2], row[1]};
      scorer.score(values);
      exact.score(values);
      evaluations += scorer.evaluations();
      double error = Math.abs(scorer.logLikelihood() - exact.logLikelihood());
      inaccurate += error > 0.01 ? 1 : 0;
    }
    assertThat(inaccurate).isLessThan(25);
    assertThat((double) evaluations / fresh)
        .isCloseTo(certificate.getMeanEvaluations(), within(1.5));
  }

  @Test
  void shouldSetAsideWhatMayBeAnomalies() {
    Table normal = bananas(1900, 3);
    Random random = new Random(4);
    List<double[]> rows = new ArrayList<>(List.of(normal.rows()));
    for (int i = 0; i < 100; i++) {
      // A lump beside the crescents.
      double x = 170 + random.nextGaussian();
      rows.add((int) (rows.size() * random.nextDouble()), new double[] {x, 7, -3});
    }
    Table dirty = new Table("dirty", normal.columns(), rows.toArray(double[][]::new));
    Map<String, String> settings = new TreeMap<>(SETTINGS);
    settings.put("contamination", "0.05");
    settings.put("cross.calibration.below", "0");
    TrainingResult trimmed = trainer(settings, Optional.empty()).train(dirty);
    settings.put("contamination", "0");
    TrainingResult trusting = trainer(settings, Optional.empty()).train(dirty);
    double[] lump = {170, -3, 7};
    assertThat(pValue(trimmed, lump)).isLessThan(0.01);
    assertThat(pValue(trusting, lump)).isGreaterThan(0.02);
    TrainingSummary summary = trimmed.bundle().record().getTraining();
    assertThat(summary.getSetAsideTraining()).isEqualTo(140);
    assertThat(summary.getSetAsideCalibration()).isEqualTo(20);
    assertThat(summary.getCalibrationRecords()).isEqualTo(380);
    assertThat(falseAlarmRate(trimmed.bundle(), 4000)).isBetween(0.003, 0.03);
  }

  private static double pValue(TrainingResult trained, double[] values) {
    ValueScorer scorer = new ValueScorer(trained.bundle().encoder(), trained.bundle().flow());
    assertThat(scorer.score(values)).isEqualTo(SolveStatus.COMPLETED);
    return trained.bundle().calibration().pValue(scorer.logLikelihood());
  }

  @Test
  void shouldScoreEveryRecordOfASmallTableByAFlowThatHasNotSeenIt() {
    Map<String, String> settings = new TreeMap<>(SETTINGS);
    settings.put("hidden.units", "16,16");
    settings.put("budget", "0.05");
    TrainingResult small = trainer(settings, Optional.empty()).train(bananas(300, 2));
    TrainingSummary summary = small.bundle().record().getTraining();
    assertThat(summary.getTrainRecords()).isEqualTo(300);
    assertThat(summary.getCalibrationRecords()).isEqualTo(300);
    assertThat(small.bundle().calibration().size()).isEqualTo(300);
    double rate = falseAlarmRate(small.bundle(), 4000);
    double deviation = Math.sqrt(0.05 * 0.95 * (1.0 / 4000 + 1.0 / 300));
    assertThat(rate).isCloseTo(0.05, within(4 * deviation));
  }

  @Test
  void shouldRefuseABudgetThatTheRecordsCannotKeep() {
    Map<String, String> strict = new TreeMap<>(SETTINGS);
    strict.put("budget", "0.0001");
    assertThatThrownBy(() -> trainer(strict, Optional.empty()).train(bananas(3000, 1)))
        .isInstanceOf(BudgetException.class)
        .hasMessageContaining("needs at least 9999");
  }

  @Test
  void shouldRefuseTooFewRecords() {
    assertThatThrownBy(() -> trainer(SETTINGS, Optional.empty()).train(bananas(40, 1)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("40 records, expected at least 99 for a false-alarm budget of 0.01");
  }

  private static FlowTrainer trainer(Map<String, String> settings, Optional<Path> checkpoint) {
    return new FlowTrainer(
        ENGINES, "bananas", TrainingSettings.of(settings), report -> {}, checkpoint);
  }

  /** Two crescents, and a third column that never changes. */
  static Table bananas(int count, long seed) {
    Random random = new Random(seed);
    double[][] rows = new double[count][];
    for (int row = 0; row < count; row++) {
      double angle = Math.PI * random.nextDouble();
      double side = random.nextBoolean() ? 1 : -1;
      double x = side * (Math.cos(angle) - 0.5) + 0.1 * random.nextGaussian();
      double y = side * (Math.sin(angle) - 0.25) + 0.1 * random.nextGaussian();
      rows[row] = new double[] {100 + 20 * x, 7, -3 + 0.01 * y};
    }
    return new Table("bananas", List.of("x", "seven", "y"), rows);
  }
}
