package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.FlowIntegrator;
import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.PartialFlow;
import io.lowtide.density.flow.StackedDensity;
import io.lowtide.density.flow.StandardNormal;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.ErrorNorm;
import io.lowtide.trainer.engine.FlowObjective;
import io.lowtide.trainer.engine.SolverOptions;
import io.lowtide.trainer.engine.TrainingEngines;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Training from a mixture, which is what the defaults do with numbers alone. */
class MixtureTrainingTest {

  private static final Map<String, String> SETTINGS =
      Map.of("hidden.units", "32,32", "iterations", "100", "learning.rate", "0.01");

  private static final TrainingEngines ENGINES = TrainingEngines.of("vector");

  private static ModelBundle bundle;

  @BeforeAll
  static void train() {
    bundle = train(SETTINGS, FlowTrainerTest.bananas(3000, 1));
  }

  private static ModelBundle train(Map<String, String> settings, Table table) {
    return new FlowTrainer(
            ENGINES, "bananas", TrainingSettings.of(settings), report -> {}, Optional.empty())
        .train(table)
        .bundle();
  }

  @Test
  void shouldStartFromAMixtureAndSaySo() {
    assertThat(bundle.flow().base())
        .isInstanceOfSatisfying(
            GaussianMixture.class,
            mixture -> assertThat(mixture.components().size()).isBetween(12, 128));
    assertThat(bundle.record().getFormatVersion()).isEqualTo(7);
  }

  @Test
  void shouldPutKernelsBesideAMixtureThatCannotFollowTheRecordsAndSaySo() {
    ModelBundle stacked = train(twoComponents(), FlowTrainerTest.bananas(3000, 1));
    assertThat(stacked.flow().base())
        .isInstanceOfSatisfying(
            StackedDensity.class,
            base -> {
              assertThat(base.mixture().components()).hasSize(2);
              assertThat(base.kernels().size()).isBetween(1_500, 2_500);
              assertThat(base.share()).isBetween(0.05, 0.95);
            });
    assertThat(stacked.record().getFormatVersion()).isEqualTo(8);
    assertThat(meanLogLikelihood(stacked)).isGreaterThan(meanLogLikelihood(withoutKernels()) + 0.1);
  }

  private static Map<String, String> twoComponents() {
    Map<String, String> settings = new TreeMap<>(SETTINGS);
    settings.put("mixture.components", "2");
    settings.put("iterations", "20");
    return settings;
  }

  private static ModelBundle withoutKernels() {
    Map<String, String> settings = twoComponents();
    settings.put("mixture.kernels", "0");
    return train(settings, FlowTrainerTest.bananas(3000, 1));
  }

  private static double meanLogLikelihood(ModelBundle model) {
    return mean(model, FlowTrainerTest.bananas(1000, 97));
  }

  /** More of them than there are complete records. */
  @Test
  void shouldPutKernelsBesideAMixtureWhereRecordsLackValues() {
    ModelBundle stacked = train(twoComponents(), withHoles(FlowTrainerTest.bananas(3000, 1)));
    assertThat(stacked.flow().base())
        .isInstanceOfSatisfying(
            StackedDensity.class, base -> assertThat(base.kernels().size()).isGreaterThan(2_000));
    assertThat(stacked.record().getFormatVersion()).isEqualTo(8);
    Map<String, String> none = twoComponents();
    none.put("mixture.kernels", "0");
    ModelBundle plain = train(none, withHoles(FlowTrainerTest.bananas(3000, 1)));
    assertThat(meanLogLikelihood(stacked)).isGreaterThan(meanLogLikelihood(plain) + 0.1);
    assertThat(mean(stacked, withHoles(FlowTrainerTest.bananas(1000, 97))))
        .isGreaterThan(mean(plain, withHoles(FlowTrainerTest.bananas(1000, 97))) + 0.05);
    requireMarginalsThatIntegrateToOne(stacked);
  }

  private static Table withHoles(Table table) {
    Random random = new Random(8);
    for (double[] row : table.rows()) {
      if (random.nextInt(3) == 0) {
        row[2] = Double.NaN;
      }
    }
    return table;
  }

  private static double mean(ModelBundle model, Table records) {
    ValueScorer scorer = new ValueScorer(model.encoder(), model.flow());
    double sum = 0;
    for (double[] row : records.rows()) {
      assertThat(scorer.score(new double[] {row[0], row[2], row[1]}))
          .isEqualTo(SolveStatus.COMPLETED);
      sum += scorer.logLikelihood();
    }
    return sum / records.size();
  }

  /** Of the records that have both values, and of those that lack the second. */
  private static void requireMarginalsThatIntegrateToOne(ModelBundle model) {
    PartialFlow flow = model.flow().withSolver(SolverSettings.dormandPrince(1e-5)).newPartialFlow();
    double width = 0.05;
    double whole = 0;
    double marginal = 0;
    for (double x = -6; x <= 6; x += width) {
      flow.setContext(new double[] {0});
      for (double y = -6; y <= 6; y += width) {
        assertThat(flow.score(new double[] {x, y})).isEqualTo(SolveStatus.COMPLETED);
        whole += Math.exp(flow.logDensity()) * width * width;
      }
      flow.setContext(new double[] {1});
      assertThat(flow.score(new double[] {x, Double.NaN})).isEqualTo(SolveStatus.COMPLETED);
      marginal += Math.exp(flow.logDensity()) * width;
    }
    assertThat(whole).isCloseTo(1, within(0.01));
    assertThat(marginal).isCloseTo(1, within(0.01));
  }

  /** Who no longer wants kernels has none, whatever the model before had. */
  @Test
  void shouldGoOnFromAModelWithKernelsByTheSettingsOfToday() {
    ModelBundle stacked = train(twoComponents(), FlowTrainerTest.bananas(3000, 1));
    assertThat(onwards(stacked, twoComponents()).flow().base())
        .isInstanceOfSatisfying(
            StackedDensity.class,
            base ->
                assertThat(base.share())
                    .isEqualTo(((StackedDensity) stacked.flow().base()).share()));
    Map<String, String> none = twoComponents();
    none.put("mixture.kernels", "0");
    assertThat(onwards(stacked, none).flow().base()).isInstanceOf(GaussianMixture.class);
    Map<String, String> contaminated = twoComponents();
    contaminated.put("contamination", "0.01");
    assertThat(onwards(stacked, contaminated).flow().base()).isInstanceOf(GaussianMixture.class);
  }

  private static ModelBundle onwards(ModelBundle from, Map<String, String> settings) {
    return new FlowTrainer(
            ENGINES, "bananas", TrainingSettings.of(settings), report -> {}, Optional.empty())
        .startingFrom(from)
        .train(FlowTrainerTest.bananas(3000, 5))
        .bundle();
  }

  @Test
  void shouldTrainWithoutKernelsWhereNoneAreAllowedOrOneMightBeAroundAnAnomaly() {
    Map<String, String> contaminated = twoComponents();
    contaminated.put("contamination", "0.01");
    for (ModelBundle model :
        List.of(withoutKernels(), train(contaminated, FlowTrainerTest.bananas(3000, 1)))) {
      assertThat(model.flow().base()).isInstanceOf(GaussianMixture.class);
      assertThat(model.record().getFormatVersion()).isEqualTo(7);
    }
  }

  @Test
  void shouldLearnADensityThatIntegratesToOne() {
    FlowIntegrator integrator = bundle.flow().newIntegrator();
    double width = 0.05;
    double sum = 0;
    for (double x = -6; x <= 6; x += width) {
      for (double y = -6; y <= 6; y += width) {
        assertThat(integrator.score(new double[] {x, y})).isEqualTo(SolveStatus.COMPLETED);
        sum += Math.exp(integrator.logDensity()) * width * width;
      }
    }
    assertThat(sum).isCloseTo(1, within(0.01));
  }

  @Test
  void shouldMakeRecordsMoreProbableThanALongerTrainingFromTheStandardNormal() {
    Map<String, String> normal = new TreeMap<>(SETTINGS);
    normal.put("base", "normal");
    normal.put("smoothing", "0.1");
    normal.put("iterations", "150");
    ModelBundle other = train(normal, FlowTrainerTest.bananas(3000, 1));
    assertThat(other.flow().base()).isInstanceOf(StandardNormal.class);
    assertThat(other.record().getFormatVersion()).isEqualTo(5);
    assertThat(bundle.record().getTraining().getValidationNegativeLogLikelihood())
        .isLessThan(other.record().getTraining().getValidationNegativeLogLikelihood() - 0.1);
  }

  @Test
  void shouldKeepTheFalseAlarmBudgetOnFreshRecords() {
    int fresh = 4000;
    ValueScorer scorer = new ValueScorer(bundle.encoder(), bundle.flow());
    int alarms = 0;
    for (double[] row : FlowTrainerTest.bananas(fresh, 99).rows()) {
      double[] values = {row[0], row[2], row[1]};
      assertThat(scorer.score(values)).isEqualTo(SolveStatus.COMPLETED);
      alarms += bundle.calibration().pValue(scorer.logLikelihood()) <= 0.01 ? 1 : 0;
    }
    double deviation = Math.sqrt(0.0099 * (1.0 / fresh + 1.0 / bundle.calibration().size()));
    assertThat((double) alarms / fresh).isCloseTo(0.01, within(3 * deviation));
  }

  @Test
  void shouldGiveTheSameModelForTheSameSeed() {
    ModelBundle again = train(SETTINGS, FlowTrainerTest.bananas(3000, 1));
    assertThat(again.record().getBase()).isEqualTo(bundle.record().getBase());
    assertThat(again.record().getField()).isEqualTo(bundle.record().getField());
    assertThat(again.record().getProbes()).isEqualTo(bundle.record().getProbes());
  }

  @Test
  void shouldCalibrateASmallTableByMixturesOfTheFolds() {
    ModelBundle small = train(SETTINGS, FlowTrainerTest.bananas(300, 2));
    assertThat(small.flow().base()).isNotInstanceOf(StandardNormal.class);
    ValueScorer scorer = new ValueScorer(small.encoder(), small.flow());
    int alarms = 0;
    for (double[] row : FlowTrainerTest.bananas(3000, 98).rows()) {
      scorer.score(new double[] {row[0], row[2], row[1]});
      alarms += small.calibration().pValue(scorer.logLikelihood()) <= 0.01 ? 1 : 0;
    }
    assertThat(alarms / 3000.0).isLessThan(0.03);
  }

  /** A third of the records lack the second value, most of them where the first is large. */
  @Test
  void shouldScoreRecordsThatLackValuesAsTheTrainerDoes() {
    Table complete = FlowTrainerTest.bananas(2000, 4);
    Random random = new Random(6);
    for (double[] row : complete.rows()) {
      if (random.nextDouble() < (row[0] > 100 ? 0.5 : 0.1)) {
        row[2] = Double.NaN;
      }
    }
    ModelBundle partial = train(SETTINGS, complete);
    assertThat(partial.flow().base()).isInstanceOf(GaussianMixture.class);

    int count = 40;
    double[] x = new double[2 * count];
    double[] present = new double[2 * count];
    double[] context = new double[count];
    double[][] points = new double[count][];
    for (int record = 0; record < count; record++) {
      boolean lacks = record % 3 == 0;
      points[record] =
          new double[] {random.nextGaussian(), lacks ? Double.NaN : random.nextGaussian()};
      x[record] = points[record][0];
      x[count + record] = lacks ? 0 : points[record][1];
      present[record] = 1;
      present[count + record] = lacks ? 0 : 1;
      context[record] = lacks ? 1 : 0;
    }
    double[] trained = new double[count];
    try (BatchGradient likelihood =
        ENGINES
            .forShape(partial.parameters().shape())
            .newGradient(
                BatchProblem.of(
                        partial.parameters().shape(),
                        FlowObjective.exactLikelihood(),
                        count,
                        SolverOptions.of(1e-6, ErrorNorm.EVERY_RECORD))
                    .withBase(partial.flow().base())
                    .withOptional(1))) {
      float[] parameters = partial.parameters().toArray();
      double[] doubles = new double[parameters.length];
      for (int i = 0; i < doubles.length; i++) {
        doubles[i] = parameters[i];
      }
      likelihood.setParameters(doubles);
      likelihood.loss(new Batch(x, context, present));
      likelihood.copyLogDensities(trained);
    }
    Flow exact = partial.flow().withSolver(SolverSettings.dormandPrince(1e-6));
    PartialFlow scorer = exact.newPartialFlow();
    for (int record = 0; record < count; record++) {
      scorer.setContext(new double[] {context[record]});
      assertThat(scorer.score(points[record])).isEqualTo(SolveStatus.COMPLETED);
      assertThat(scorer.logDensity()).isCloseTo(trained[record], within(1e-4));
    }
  }

  @Test
  void shouldStartFromTheStandardNormalWhereThereIsNoStructure() {
    Random random = new Random(7);
    double[][] rows = new double[60][12];
    List<String> columns = new java.util.ArrayList<>();
    for (int i = 0; i < 12; i++) {
      columns.add("x" + i);
      for (double[] row : rows) {
        row[i] = random.nextGaussian();
      }
    }
    Map<String, String> brief = new TreeMap<>(SETTINGS);
    brief.put("iterations", "10");
    brief.put("budget", "0.05");
    ModelBundle model = train(brief, new Table("noise", columns, rows));
    assertThat(model.flow().base()).isInstanceOf(StandardNormal.class);
    assertThat(model.encoder().features().get(0).getSmoothing()).isEqualTo(0.2);
  }
}
