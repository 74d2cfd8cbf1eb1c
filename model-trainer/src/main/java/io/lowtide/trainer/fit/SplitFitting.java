package io.lowtide.trainer.fit;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.EngineSelection;
import io.lowtide.trainer.engine.TrainingEngine;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Fits to a part of the records, stops by a second part, and calibrates on a third (split conformal
 * prediction): for tables with enough records for all three.
 */
final class SplitFitting {

  /** Enough to draw how p-values are distributed. */
  private static final int MOST_CHECKED = 5_000;

  private final EngineSelection engines;
  private final TrainingSettings settings;
  private final FeatureSource featureSource;
  private final Optional<ModelBundle> parent;
  private final Consumer<EpochReport> listener;

  /**
   * @param parent the model that the fit begins with; empty: it begins with none
   */
  SplitFitting(
      EngineSelection engines,
      TrainingSettings settings,
      FeatureSource featureSource,
      Optional<ModelBundle> parent,
      Consumer<EpochReport> listener) {
    this.parent = parent;
    this.engines = engines;
    this.settings = settings;
    this.featureSource = featureSource;
    this.listener = listener;
  }

  /** Number of calibration records that a table of this size gives. */
  static int calibrationRecords(TrainingSettings settings, int size) {
    return (int) (size * settings.calibrationFraction());
  }

  /**
   * Fits.
   *
   * @param shuffled records in random order
   * @param checkpoints where progress is kept
   */
  CalibratedFlow fit(Table shuffled, Optional<Checkpoints> checkpoints) {
    int calibration = calibrationRecords(settings, shuffled.size());
    int validation = Math.max(1, (int) (shuffled.size() * settings.validationFraction()));
    int training = shuffled.size() - calibration - validation;
    Table fitted = shuffled.rows(0, training);
    FlowStart start =
        parent
            .map(model -> model.flow().base())
            .map(base -> FlowStart.given(settings, featureSource, fitted, base))
            .orElseGet(() -> FlowStart.of(settings, featureSource, fitted));
    FeatureSpecification features = start.features();
    FeatureEncoder encoder = new FeatureEncoder(features);
    TrainingData records = new TrainingData(encoder, fitted);
    Table validated = shuffled.rows(training, training + validation);
    TrainingEngine engine = engines.forShape(settings.fieldShape(encoder));
    Extension extension = settings.extension(engine);
    FittedFlow flow;
    try (FlowFitter fitter =
        new FlowFitter(
            engine,
            start.settings(),
            start.base(records),
            records,
            Optional.of(new TrainingData(encoder, validated)))) {
      parent.ifPresent(model -> fitter.startingFrom(model.parameters()));
      flow =
          fitter
              .extendedBy(extension)
              .fit(
                  checkpoints.map(files -> files.of("", engine)),
                  start.settings().iterations(),
                  listener);
    }
    flow = flow.withParameters(start.withKernels(flow.parameters(), records));
    List<double[]> validationRows = HeldOutScores.rows(encoder, validated);
    SolverChoice solver = SolverChoice.of(features, flow.parameters(), settings, validationRows);
    List<double[]> heldOut =
        HeldOutScores.rows(encoder, shuffled.rows(training + validation, shuffled.size()));
    double[] scores = HeldOutScores.of(features, flow.parameters(), solver.solver(), heldOut);
    // They decided when to stop and how scores are integrated, and nothing else.
    double[] checked =
        HeldOutScores.of(
            features,
            flow.parameters(),
            solver.solver(),
            validationRows.subList(0, Math.min(MOST_CHECKED, validationRows.size())));
    return new CalibratedFlow(
        features,
        flow,
        engine.description(),
        settings.withExtension(extension),
        solver,
        heldOut,
        scores,
        List.of(new CalibratedFlow.Check(checked, scores)),
        training,
        validation);
  }
}
