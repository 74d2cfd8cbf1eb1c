package io.lowtide.trainer.fit;

import io.lowtide.density.bundle.BundleAssembler;
import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.density.explanation.RangeCalibration;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.schemas.Provenance;
import io.lowtide.schemas.TrainingSummary;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.LabelledTable;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.EngineSelection;
import io.lowtide.trainer.feature.FeaturePlan;
import io.lowtide.trainer.feature.PlanInference;
import io.lowtide.trainer.feature.UsableRecords;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a table of normal records to a model bundle: infers the features, fits the flow, calibrates
 * it by records that had no part in the fit they are scored by, and assembles the bundle.
 */
public final class FlowTrainer {

  private static final DateTimeFormatter VERSION_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private static final Logger LOG = LoggerFactory.getLogger(FlowTrainer.class);

  private static final int LEAST_RECORDS = 50;
  private static final int PROBES = 8;

  private final EngineSelection engines;
  private final String detector;
  private final TrainingSettings settings;
  private final Consumer<EpochReport> listener;
  private final Optional<Path> checkpoint;
  private final Optional<ModelBundle> parent;

  /**
   * @param engines what computes
   * @param detector name of the detector
   * @param settings how to train
   * @param listener receives a report at every validation
   * @param checkpoint file to save progress in, with others beside it, and to go on from if it is
   *     there and of the same data, settings and engine
   */
  public FlowTrainer(
      EngineSelection engines,
      String detector,
      TrainingSettings settings,
      Consumer<EpochReport> listener,
      Optional<Path> checkpoint) {
    this(engines, detector, settings, listener, checkpoint, Optional.empty());
  }

  private FlowTrainer(
      EngineSelection engines,
      String detector,
      TrainingSettings settings,
      Consumer<EpochReport> listener,
      Optional<Path> checkpoint,
      Optional<ModelBundle> parent) {
    this.engines = engines;
    this.detector = detector;
    this.settings = settings;
    this.listener = listener;
    this.checkpoint = checkpoint;
    this.parent = parent;
  }

  /**
   * The same, but the fit begins with the features, the shape and the parameters of another model.
   *
   * @param model the other model
   */
  public FlowTrainer startingFrom(ModelBundle model) {
    return new FlowTrainer(
        engines,
        detector,
        settings.withShapeOf(model.parameters().shape()),
        listener,
        checkpoint,
        Optional.of(model));
  }

  /**
   * Trains on normal records, each field taken for what it looks like.
   *
   * @throws DataException if there are too few records or they do not vary
   * @throws io.lowtide.density.calibration.BudgetException if the budget needs more records
   * @throws TrainingDivergedException if the optimisation cannot go on
   */
  public TrainingResult train(Table table) {
    FeaturePlan plan = PlanInference.plan(table);
    LabelledTable normal = new LabelledTable(table, new boolean[table.size()]);
    return train(plan.withLags(normal, Optional.empty()).table(), plan);
  }

  /**
   * Trains on normal records, but those with placeholders and spikes.
   *
   * @param all a column for each field, past value and change of the plan
   * @param plan what each field is taken for
   * @throws DataException if there are too few records, they do not vary, or do not hold what the
   *     plan takes them for
   * @throws io.lowtide.density.calibration.BudgetException if the budget needs more records
   * @throws TrainingDivergedException if the optimisation cannot go on
   */
  public TrainingResult train(Table all, FeaturePlan plan) {
    long started = System.nanoTime();
    UsableRecords usable = UsableRecords.of(plan, all);
    usable.findings().forEach(LOG::warn);
    Table table = usable.table();
    boolean split = table.size() >= settings.crossCalibrationBelow();
    if (!split && parent.isPresent()) {
      throw new DataException(
          table.source()
              + ": "
              + table.size()
              + " records, expected at least "
              + settings.crossCalibrationBelow()
              + " to begin with a model: fewer are calibrated by flows that must not know them");
    }
    requireEnough(
        table, split ? SplitFitting.calibrationRecords(settings, table.size()) : table.size());
    Table shuffled = table.shuffled(settings.seed());
    String dataHash = all.sha256();
    FeatureSource features =
        new FeatureSource(plan, table, parent.map(model -> model.record().getFeatures()));
    CalibratedFlow calibrated =
        split
            ? new SplitFitting(engines, settings, features, parent, listener)
                .fit(shuffled, checkpoints(dataHash, plan))
            : new CrossFitting(engines, settings, features, listener)
                .fit(shuffled, checkpoints(dataHash, plan));
    FittedFlow flow = calibrated.flow();
    LOG.info("Trained for {}", flow.extent());
    BundleAssembler assembler =
        new BundleAssembler(
            calibrated.features(),
            flow.parameters(),
            calibrated.solver().solver(),
            calibrated.solver().certificate());
    double[] scores = withoutPossibleAnomalies(calibrated.conformityScores());
    if (Arrays.stream(scores).noneMatch(Double::isFinite)) {
      throw new DataException(
          table.source()
              + ": none of the "
              + scores.length
              + " calibration records has a score under the fitted density, expected most of them to");
    }
    double seconds = (System.nanoTime() - started) / 1e9;
    Instant now = Instant.now();
    try {
      ModelBundle bundle =
          assembler.assemble(
              detector,
              VERSION_TIME.format(now) + "-" + dataHash.substring(0, 8),
              now,
              ConformalCalibration.fit(scores, settings.budget())
                  .withExpectedRanges(
                      RangeCalibration.measure(
                          assembler.encoder(), assembler.flow(), atLeast(calibrated, scores[0]))),
              new TrainingSummary(
                  (long) calibrated.trainingRecords(),
                  (long) calibrated.validationRecords(),
                  (long) scores.length,
                  flow.history().get(flow.history().size() - 1).epoch(),
                  flow.best().epoch(),
                  flow.best().trainNegativeLogLikelihood(),
                  flow.best().validationNegativeLogLikelihood(),
                  seconds,
                  settings.contamination(),
                  (long) flow.setAside(),
                  (long) calibrated.conformityScores().length - scores.length),
              provenance(all, dataHash, calibrated.engine() + "; " + flow.extent()),
              probes(calibrated, assembler.newScorer()));
      return new TrainingResult(
          bundle,
          flow.history(),
          calibrated.settings().asMap(),
          usable.findings(),
          all.size() - table.size(),
          table,
          heldOut(calibrated));
    } catch (BundleException e) {
      throw new IllegalStateException("the trained model fails its own checks", e);
    }
  }

  /**
   * How the newest tenth of the records fares under a model of the others; takes a fifth of the
   * time of a training.
   *
   * @param all normal records in their order, as {@link #train} takes them
   * @param plan what each field is taken for
   * @return empty if there are too few records to tell
   */
  public Optional<NewestTenth> newestTenth(Table all, FeaturePlan plan) {
    try {
      return new NewestTenthCheck(engines, settings).of(plan, UsableRecords.of(plan, all).table());
    } catch (DataException | TrainingDivergedException e) {
      LOG.warn("How the newest tenth fares cannot be told: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** The calibration records that are not taken for possible anomalies. */
  private static List<double[]> atLeast(CalibratedFlow calibrated, double lowest) {
    return IntStream.range(0, calibrated.heldOut().size())
        .filter(i -> calibrated.conformityScores()[i] >= lowest)
        .mapToObj(calibrated.heldOut()::get)
        .toList();
  }

  private HeldOutPValues heldOut(CalibratedFlow calibrated) {
    HeldOutPValues all = HeldOutPValues.NONE;
    for (CalibratedFlow.Check check : calibrated.checks()) {
      all =
          all.and(
              HeldOutPValues.of(
                  withoutPossibleAnomalies(check.scores()),
                  withoutPossibleAnomalies(check.calibration())));
    }
    return all;
  }

  /** The conformity scores but the lowest of them, as many as may be of anomalies. */
  private double[] withoutPossibleAnomalies(double[] conformityScores) {
    return Arrays.stream(conformityScores)
        .sorted()
        .skip(possibleAnomalies(conformityScores.length))
        .toArray();
  }

  /** Of so many records. */
  private long possibleAnomalies(int records) {
    return Math.round(settings.contamination() * records);
  }

  /** Before the work rather than after it. */
  private void requireEnough(Table table, int calibrationRecords) {
    if (table.size() < LEAST_RECORDS) {
      // Of two things that are too few, the one that is more.
      double forTheBudget = Math.ceil(1 / settings.budget() - 1) / (1 - settings.contamination());
      long expected = Math.max(LEAST_RECORDS, (long) Math.ceil(forTheBudget));
      throw new DataException(
          table.source()
              + ": "
              + table.size()
              + " records, expected at least "
              + expected
              + (expected > LEAST_RECORDS
                  ? " for a false-alarm budget of " + settings.budget()
                  : ""));
    }
    ConformalCalibration.requireBudget(
        settings.budget(), calibrationRecords - possibleAnomalies(calibrationRecords));
  }

  private Optional<Checkpoints> checkpoints(String dataHash, FeaturePlan plan) {
    String fingerprint =
        dataHash
            + " "
            + settings.asMap()
            + plan
            + parent.map(model -> model.record().getSha256()).orElse("");
    return checkpoint.map(file -> new Checkpoints(file, fingerprint, settings.weightDecay()));
  }

  /** Held-out records spread over the range of scores, the lowest among them. */
  private static List<double[]> probes(CalibratedFlow calibrated, ValueScorer scorer) {
    double[] scores = calibrated.conformityScores();
    List<Integer> order =
        IntStream.range(0, scores.length)
            .filter(row -> Double.isFinite(scores[row]))
            .boxed()
            .sorted(Comparator.comparingDouble(row -> scores[row]))
            .toList();
    int count = Math.min(PROBES, order.size());
    return IntStream.range(0, count)
        .mapToObj(index -> calibrated.heldOut().get(order.get(index * order.size() / count)))
        .filter(row -> Double.isFinite(scorer.scoreOrLowest(row)))
        .toList();
  }

  private Provenance provenance(Table table, String dataHash, String engine) {
    String version = FlowTrainer.class.getPackage().getImplementationVersion();
    return new Provenance(
        table.source(),
        dataHash,
        (long) table.size(),
        settings.seed(),
        version == null ? "unpackaged" : version,
        System.getProperty("java.version"),
        engine,
        null);
  }
}
