package io.lowtide.trainer.fit;

import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.EngineSelection;
import io.lowtide.trainer.engine.TrainingEngine;
import io.lowtide.trainer.feature.FeaturePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Fits a flow to all but the newest tenth of the records, in a fifth of the iterations, calibrates
 * it, and counts how many of the newest it flags. Whatever the flow has learned by then, it flags
 * records like those that it was calibrated on at the level that is asked for.
 */
final class NewestTenthCheck {

  private static final int NEWEST = 10;
  private static final int LEAST_RECORDS = 200;
  private static final int SHARE_OF_ITERATIONS = 5;
  private static final int SHARE_OF_CALIBRATION = 4;

  /** Enough to tell a rate, and quickly scored. */
  private static final int MOST_SCORED = 2_000;

  /** Calibration records for each that may be flagged, where so many are needed. */
  private static final int FOR_EACH_FLAGGED = 20;

  private final EngineSelection engines;
  private final TrainingSettings settings;

  NewestTenthCheck(EngineSelection engines, TrainingSettings settings) {
    this.engines = engines;
    this.settings = settings;
  }

  /**
   * Checks.
   *
   * @param plan what each field is taken for
   * @param table the records in their order
   * @return empty if there are too few of them
   */
  Optional<NewestTenth> of(FeaturePlan plan, Table table) {
    if (table.size() < LEAST_RECORDS) {
      return Optional.empty();
    }
    int newest = table.size() / NEWEST;
    Table rest = table.rows(0, table.size() - newest).shuffled(settings.seed());
    int calibration =
        (int)
            Math.min(
                rest.size() / SHARE_OF_CALIBRATION,
                Math.max(MOST_SCORED, FOR_EACH_FLAGGED / settings.budget()));
    Table fitted = rest.rows(calibration, rest.size());
    FlowStart start = FlowStart.of(settings, new FeatureSource(plan, table), fitted);
    FeatureSpecification features = start.features();
    FeatureEncoder encoder = new FeatureEncoder(features);
    TrainingData records = new TrainingData(encoder, fitted);
    TrainingEngine engine = engines.forShape(settings.fieldShape(encoder));
    FittedFlow flow;
    try (FlowFitter fitter =
        new FlowFitter(engine, start.settings(), start.base(records), records, Optional.empty())) {
      flow =
          fitter.fit(
              Optional.empty(),
              Math.max(1, start.settings().iterations() / SHARE_OF_ITERATIONS),
              report -> {});
    }
    flow = flow.withParameters(start.withKernels(flow.parameters(), records));
    double[] known = scores(features, flow, encoder, rest.rows(0, calibration));
    double level = Math.max(settings.budget(), 1.0 / (known.length + 1));
    ConformalCalibration calibrated = ConformalCalibration.fit(known, level);
    int flagged = 0;
    double[] scores =
        scores(features, flow, encoder, spread(table.rows(table.size() - newest, table.size())));
    for (double score : scores) {
      flagged += calibrated.pValue(score) <= level ? 1 : 0;
    }
    return Optional.of(
        new NewestTenth(scores.length, flagged, level, HeldOutPValues.of(scores, known)));
  }

  private double[] scores(
      FeatureSpecification features, FittedFlow flow, FeatureEncoder encoder, Table records) {
    return HeldOutScores.of(
        features,
        flow.parameters(),
        settings.adaptiveSolver(),
        HeldOutScores.rows(encoder, records));
  }

  /** As many as are enough, evenly spread. */
  private static Table spread(Table table) {
    int stride = (table.size() + MOST_SCORED - 1) / MOST_SCORED;
    List<double[]> rows = new ArrayList<>();
    for (int row = 0; row < table.size(); row += stride) {
      rows.add(table.rows()[row]);
    }
    return table.withRows(rows.toArray(double[][]::new));
  }
}
