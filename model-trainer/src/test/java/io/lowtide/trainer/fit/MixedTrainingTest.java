package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.field.VectorFields;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.PartialFlow;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.schemas.DensityModel;
import io.lowtide.trainer.data.LabelledTable;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.ErrorNorm;
import io.lowtide.trainer.engine.FlowObjective;
import io.lowtide.trainer.engine.SolverOptions;
import io.lowtide.trainer.engine.TrainingEngines;
import io.lowtide.trainer.evaluation.Evaluation;
import io.lowtide.trainer.feature.FeaturePlan;
import io.lowtide.trainer.feature.FieldRole;
import io.lowtide.trainer.feature.FieldRole.Categorical;
import io.lowtide.trainer.feature.FieldRole.Continuous;
import io.lowtide.trainer.feature.FieldRole.Cycle;
import io.lowtide.trainer.feature.FieldRole.Lag;
import io.lowtide.trainer.feature.RecordValues;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Machines whose speed depends on their mode and on the time of day, drifts from record to record,
 * and is sometimes not told with the temperature.
 */
class MixedTrainingTest {

  private static final int TRAINED = 3_000;
  private static final double MISSING = Double.NaN;
  private static final Optional<String> KEY = Optional.of("machine");

  private static FeaturePlan plan;
  private static ModelBundle bundle;

  @BeforeAll
  static void train() {
    Map<String, List<FieldRole>> roles = new LinkedHashMap<>();
    roles.put("at", List.of(new Cycle(86_400)));
    roles.put("mode", List.of(new Categorical()));
    roles.put("speed", List.of(Continuous.inferred(), new Lag(1)));
    roles.put("temperature", List.of(Continuous.inferred()));
    plan = new FeaturePlan(roles);
    bundle =
        new FlowTrainer(
                TrainingEngines.of("vector"),
                "machines",
                TrainingSettings.of(Map.of("hidden.units", "24,24", "iterations", "250")),
                report -> {},
                Optional.empty())
            .train(plan.withLags(normal(machines(TRAINED, 1)), KEY).table(), plan)
            .bundle();
  }

  private static LabelledTable normal(Table table) {
    return new LabelledTable(table, new boolean[table.size()]);
  }

  private static Table machines(int count, long seed) {
    Random random = new Random(seed);
    double[] drift = new double[3];
    List<double[]> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int machine = random.nextInt(drift.length);
      drift[machine] = 0.95 * drift[machine] + 0.3 * random.nextGaussian();
      double time = 1_767_225_600 + 600.0 * i;
      int mode = random.nextInt(10) < 7 ? 0 : 1;
      double speed =
          (mode == 0 ? 40 : 10)
              + 4 * Math.sin(2 * Math.PI * time / 86_400)
              + drift[machine]
              + 0.2 * random.nextGaussian();
      double temperature = 20 + 0.5 * speed + random.nextGaussian();
      boolean told = random.nextInt(10) > 0;
      rows.add(new double[] {time, machine, mode, speed, told ? temperature : MISSING});
    }
    return new Table(
        "machines",
        List.of("at", "machine", "mode", "speed", "temperature"),
        rows.toArray(double[][]::new),
        Map.of("machine", List.of("a", "b", "c"), "mode", List.of("running", "idle")));
  }

  @Test
  void shouldKeepTheFalseAlarmBudgetOnFreshRecords() {
    int fresh = 4_000;
    Evaluation evaluation = Evaluation.of(bundle, normal(machines(fresh, 2)), KEY);
    double budget = bundle.calibration().defaultBudget();
    double deviation =
        Math.sqrt(budget * (1 - budget) * (1.0 / fresh + 1.0 / bundle.calibration().size()));
    assertThat(evaluation.unscorable()).isZero();
    assertThat(evaluation.falseAlarmRate()).isCloseTo(budget, within(3.5 * deviation));
  }

  @Test
  void shouldJudgeAValueByModeTimeAndTheValueBefore() {
    double noon = 1_767_225_600 + 12 * 3_600;
    double running = pValue(noon, 0, 40, 40, 40);
    assertThat(running).isGreaterThan(0.05);
    assertThat(pValue(noon, 1, 40, 40, 40)).as("idle, at the speed of running").isLessThan(0.01);
    assertThat(pValue(noon, 1, 10, 25, 40)).as("idle, at its own speed").isGreaterThan(0.02);
  }

  @Test
  void shouldNotTakeNumbersForAbsurdWhereTheModeIsUnknown() {
    double noon = 1_767_225_600 + 12 * 3_600;
    ValueScorer scorer = new ValueScorer(bundle.encoder(), bundle.flow());
    double[] known = {
      40, 40, bundle.encoder().inputs().get(2).levels().indexOf("running"), noon, 40
    };
    double[] unknown = known.clone();
    unknown[2] = FeatureInput.UNKNOWN_LEVEL;
    scorer.score(known);
    double ofKnown = scorer.logLikelihood();
    scorer.score(unknown);
    // The mode itself costs some nats, and so does not knowing it.
    assertThat(ofKnown - scorer.logLikelihood()).isLessThan(25);
  }

  @Test
  void shouldRankAMissingTemperatureByHowRareItIs() {
    double noon = 1_767_225_600 + 12 * 3_600;
    assertThat(pValue(noon, 0, 40, MISSING, 40)).isBetween(0.02, 0.9);
    assertThat(pValue(noon, 0, 40, 60, 40)).as("far too hot").isLessThan(0.01);
  }

  private static double pValue(
      double at, double mode, double speed, double temperature, double before) {
    ValueScorer scorer = new ValueScorer(bundle.encoder(), bundle.flow());
    // Continuous features, the category, the time, the speed before.
    double level =
        bundle.encoder().inputs().get(2).levels().indexOf(mode == 0 ? "running" : "idle");
    assertThat(scorer.score(new double[] {speed, temperature, level, at, before}))
        .isEqualTo(SolveStatus.COMPLETED);
    return bundle.calibration().pValue(scorer.conformityScore());
  }

  @Test
  void shouldScoreATrainedFlowAsTheTrainerDoes() {
    FeatureEncoder encoder = bundle.encoder();
    double[][] values =
        RecordValues.of(encoder, plan.withLags(normal(machines(200, 3)), KEY).table());
    int d = encoder.dimensions();
    int k = encoder.contextDimensions();
    int count = values.length;
    Batch batch = new Batch(new double[d * count], new double[k * count], new double[d * count]);
    double[][] points = new double[count][d];
    double[][] contexts = new double[count][k];
    for (int record = 0; record < count; record++) {
      encoder.encodeContext(values[record], contexts[record]);
      encoder.encode(values[record], contexts[record], points[record]);
      for (int i = 0; i < d; i++) {
        boolean missing = Double.isNaN(points[record][i]);
        batch.x()[i * count + record] = missing ? 0 : points[record][i];
        batch.present()[i * count + record] = missing ? 0 : 1;
      }
      for (int i = 0; i < k; i++) {
        batch.context()[i * count + record] = contexts[record][i];
      }
    }
    double[] trained = new double[count];
    SolverOptions options = SolverOptions.of(1e-6, ErrorNorm.EVERY_RECORD);
    try (BatchGradient likelihood =
        TrainingEngines.of("vector")
            .forShape(bundle.parameters().shape())
            .newGradient(
                BatchProblem.of(
                        bundle.parameters().shape(),
                        FlowObjective.exactLikelihood(),
                        count,
                        options)
                    .withShards(2)
                    .withOptional(1))) {
      float[] parameters = bundle.parameters().toArray();
      double[] doubles = new double[parameters.length];
      for (int i = 0; i < doubles.length; i++) {
        doubles[i] = parameters[i];
      }
      likelihood.setParameters(doubles);
      likelihood.loss(batch);
      likelihood.copyLogDensities(trained);
    }
    PartialFlow scorer =
        new Flow(VectorFields.of(bundle.parameters()), SolverSettings.dormandPrince(1e-6))
            .newPartialFlow();
    for (int record = 0; record < count; record++) {
      scorer.setContext(contexts[record]);
      scorer.score(points[record]);
      assertThat(scorer.logDensity()).isCloseTo(trained[record], within(1e-4));
    }
  }

  @Test
  void shouldProbeRecordsOfEveryKind() {
    DensityModel model = bundle.record();
    assertThat(model.getFormatVersion()).isEqualTo(5);
    assertThat(model.getProbes()).allMatch(probe -> probe.getCategories().size() == 1);
    assertThat(model.getFeatures().getContinuous())
        .allMatch(feature -> feature.getContextWeights().size() == 2 + 1 + 2 + 2);
  }
}
