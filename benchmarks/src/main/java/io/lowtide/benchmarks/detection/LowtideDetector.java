package io.lowtide.benchmarks.detection;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.TrainingEngines;
import io.lowtide.trainer.feature.RecordValues;
import io.lowtide.trainer.fit.FlowTrainer;
import io.lowtide.trainer.fit.TrainingSettings;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Lowtide, from training records to the scorer that serves. */
final class LowtideDetector implements Detector {

  static final String NAME = "lowtide";

  private final Map<String, String> settings;

  /**
   * @param settings training settings that differ from the defaults, the same for every set; none
   *     for a result that counts
   */
  LowtideDetector(Map<String, String> settings) {
    this.settings = Map.copyOf(settings);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public TrainedDetector train(Table training, long seed) {
    Map<String, String> named = new HashMap<>(settings);
    named.put("seed", String.valueOf(seed));
    TrainingSettings checked = TrainingSettings.of(named);
    ModelBundle bundle =
        new FlowTrainer(
                TrainingEngines.of(checked.engine()),
                training.source(),
                checked,
                report -> {},
                Optional.empty())
            .train(training)
            .bundle();
    return new Trained(bundle, training);
  }

  private static final class Trained implements TrainedDetector {

    private final ModelBundle bundle;
    private final ValueScorer scorer;
    private final Table training;

    Trained(ModelBundle bundle, Table training) {
      this.bundle = bundle;
      this.scorer = new ValueScorer(bundle.encoder(), bundle.flow());
      this.training = training;
    }

    @Override
    public double[] normality(double[][] rows) {
      double[][] values = RecordValues.of(bundle.encoder(), training.withRows(rows));
      double[] result = new double[rows.length];
      for (int row = 0; row < rows.length; row++) {
        result[row] = scorer.scoreOrLowest(values[row]);
      }
      return result;
    }

    @Override
    public double meanEvaluations(double[][] rows) {
      long evaluations = 0;
      for (double[] values : RecordValues.of(bundle.encoder(), training.withRows(rows))) {
        scorer.scoreOrLowest(values);
        evaluations += scorer.evaluations();
      }
      return (double) evaluations / rows.length;
    }

    @Override
    public Optional<FalseAlarms> falseAlarms(double[] normality) {
      ConformalCalibration calibration = bundle.calibration();
      double budget = calibration.defaultBudget();
      long alarms =
          Arrays.stream(normality).filter(score -> calibration.pValue(score) <= budget).count();
      return Optional.of(
          new FalseAlarms(budget, calibration.size(), normality.length, (int) alarms));
    }
  }
}
