package io.lowtide.benchmarks.nab;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.trainer.data.LabelledTable;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.TrainingEngines;
import io.lowtide.trainer.feature.FeaturePlan;
import io.lowtide.trainer.feature.FieldRole;
import io.lowtide.trainer.feature.FieldRole.Continuous;
import io.lowtide.trainer.feature.FieldRole.Cycle;
import io.lowtide.trainer.feature.FieldRole.Lag;
import io.lowtide.trainer.feature.RecordValues;
import io.lowtide.trainer.fit.FlowTrainer;
import io.lowtide.trainer.fit.TrainingSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lowtide with one plan for every file: a value is judged under the time of day and the values
 * before it. It trains on the probation rows alone, and learns nothing afterwards.
 */
final class LowtideNabDetector implements NabDetector {

  private static final String TIME = "timestamp";
  private static final String VALUE = "value";
  private static final double DAY = 86_400;

  private final Map<String, String> settings;
  private final int lags;
  private final Map<String, Trained> trained = new HashMap<>();

  /**
   * What training gave for one file.
   *
   * @param bundle the model
   * @param conformityScores of each row from the end of the probation on, not a number before;
   *     negative infinity where there is none
   */
  record Trained(ModelBundle bundle, double[] conformityScores) {}

  /**
   * @param settings training settings that differ from the defaults, the same for every file
   * @param lags how many of the values before a record is judged under
   */
  LowtideNabDetector(Map<String, String> settings, int lags, long seed) {
    this.settings = new HashMap<>(settings);
    this.settings.put("seed", String.valueOf(seed));
    // Severities do not depend on it, and no probation is too short for it.
    this.settings.putIfAbsent("budget", "0.1");
    this.lags = lags;
  }

  @Override
  public String name() {
    return "lowtide, time of day" + (lags == 0 ? "" : ", " + lags + " before");
  }

  @Override
  public double[] anomalyScores(NabSet set) {
    Trained model = trained(set);
    double[] severities = new double[set.rows()];
    for (int row = set.probationRows(); row < severities.length; row++) {
      double score = model.conformityScores()[row];
      severities[row] =
          score == Double.NEGATIVE_INFINITY
              ? Double.POSITIVE_INFINITY
              : model.bundle().calibration().severity(score);
    }
    return severities;
  }

  /** Trains on the probation of a file, once, and scores what follows. */
  Trained trained(NabSet set) {
    return trained.computeIfAbsent(set.name(), unused -> train(set));
  }

  private Trained train(NabSet set) {
    FeaturePlan plan = plan();
    Table rows = plan.withLags(records(set), Optional.empty()).table();
    int probation = set.probationRows();
    TrainingSettings training = TrainingSettings.of(settings);
    ModelBundle bundle =
        new FlowTrainer(
                TrainingEngines.of(training.engine()),
                set.name(),
                training,
                report -> {},
                Optional.empty())
            .train(rows.rows(0, probation), plan)
            .bundle();
    ValueScorer scorer = new ValueScorer(bundle.encoder(), bundle.flow());
    double[][] values = RecordValues.of(bundle.encoder(), rows);
    double[] scores = new double[set.rows()];
    Arrays.fill(scores, 0, probation, Double.NaN);
    for (int row = probation; row < scores.length; row++) {
      scores[row] = scorer.scoreOrLowest(values[row]);
    }
    return new Trained(bundle, scores);
  }

  private FeaturePlan plan() {
    List<FieldRole> ofValue = new ArrayList<>();
    ofValue.add(Continuous.inferred());
    for (int lag = 1; lag <= lags; lag++) {
      ofValue.add(new Lag(lag));
    }
    return new FeaturePlan(Map.of(TIME, List.of(new Cycle(DAY)), VALUE, ofValue));
  }

  private static LabelledTable records(NabSet set) {
    double[][] rows = new double[set.rows()][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = new double[] {set.timestamps()[row].getEpochSecond(), set.values()[row]};
    }
    return new LabelledTable(
        new Table(set.name(), List.of(TIME, VALUE), rows), new boolean[rows.length]);
  }
}
