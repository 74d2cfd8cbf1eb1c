package io.lowtide.trainer.fit;

import io.lowtide.density.bundle.BundleAssembler;
import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.ButcherTableau;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.Provenance;
import io.lowtide.schemas.TrainingSummary;
import io.lowtide.trainer.backend.Backend;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.feature.FeatureInference;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a table of normal records to a model bundle: splits the records, infers the features, fits
 * the flow, calibrates it on records that it has not seen with the scorer that will serve, and
 * assembles the bundle.
 */
public final class FlowTrainer {

  private static final Logger LOG = LoggerFactory.getLogger(FlowTrainer.class);

  private static final DateTimeFormatter VERSION_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private static final int LEAST_TRAINING_RECORDS = 50;
  private static final int PROBES = 8;

  private final String detector;
  private final TrainingSettings settings;
  private final Consumer<EpochReport> listener;
  private final Optional<Path> checkpoint;

  /**
   * @param detector name of the detector
   * @param settings how to train
   * @param listener receives a report at every validation
   * @param checkpoint file to save progress in, and to go on from if it is there
   */
  public FlowTrainer(
      String detector,
      TrainingSettings settings,
      Consumer<EpochReport> listener,
      Optional<Path> checkpoint) {
    this.detector = detector;
    this.settings = settings;
    this.listener = listener;
    this.checkpoint = checkpoint;
  }

  /**
   * Trains on normal records.
   *
   * @throws DataException if there are too few records or they do not vary
   * @throws io.lowtide.density.calibration.BudgetException if the budget needs more records
   * @throws TrainingDivergedException if the optimisation cannot go on
   * @throws io.lowtide.trainer.backend.BackendException if the tensor library cannot run here
   */
  public TrainingResult train(Table table) {
    long started = System.nanoTime();
    Backend backend = Backend.load();
    Split split = split(table);
    FeatureSpecification features = FeatureInference.infer(split.training(), settings.smoothing());
    FeatureEncoder encoder = new FeatureEncoder(features);
    FieldShape shape =
        new FieldShape(encoder.dimensions(), 0, settings.hiddenUnits(), settings.activation());
    String dataHash = table.sha256();
    FittedFlow fitted;
    try (FlowFitter fitter =
        new FlowFitter(
            settings,
            shape,
            new TrainingData(encoder, split.training()),
            new TrainingData(encoder, split.validation()))) {
      fitted = fitter.fit(checkpoint.map(file -> checkpointFile(file, dataHash)), listener);
    }
    BundleAssembler assembler =
        new BundleAssembler(features, fitted.parameters(), solverSettings());
    List<double[]> calibrationRows = inOrderOf(encoder, split.calibration());
    double[] scores = score(assembler.newScorer(), calibrationRows);
    double seconds = (System.nanoTime() - started) / 1e9;
    Instant now = Instant.now();
    try {
      ModelBundle bundle =
          assembler.assemble(
              detector,
              VERSION_TIME.format(now) + "-" + dataHash.substring(0, 8),
              now,
              ConformalCalibration.fit(
                  Arrays.stream(scores).filter(Double::isFinite).toArray(), settings.budget()),
              new TrainingSummary(
                  (long) split.training().size(),
                  (long) split.validation().size(),
                  (long) split.calibration().size(),
                  fitted.history().get(fitted.history().size() - 1).epoch(),
                  fitted.best().epoch(),
                  fitted.best().trainNegativeLogLikelihood(),
                  fitted.best().validationNegativeLogLikelihood(),
                  seconds),
              provenance(table, dataHash, backend),
              probes(calibrationRows, scores));
      return new TrainingResult(bundle, fitted.history(), settings.asMap());
    } catch (BundleException e) {
      throw new IllegalStateException("the trained model fails its own checks", e);
    }
  }

  private record Split(Table training, Table validation, Table calibration) {}

  private Split split(Table table) {
    int calibration = (int) (table.size() * settings.calibrationFraction());
    int validation = Math.max(1, (int) (table.size() * settings.validationFraction()));
    int training = table.size() - calibration - validation;
    if (training < LEAST_TRAINING_RECORDS) {
      throw new DataException(
          table.source()
              + ": "
              + table.size()
              + " records leave "
              + training
              + " to train on after validation and calibration, expected at least "
              + LEAST_TRAINING_RECORDS);
    }
    // Before the work rather than after it.
    ConformalCalibration.fit(new double[Math.max(1, calibration)], settings.budget());
    List<double[]> rows = new ArrayList<>(List.of(table.rows()));
    Collections.shuffle(rows, new Random(settings.seed()));
    Table shuffled = new Table(table.source(), table.columns(), rows.toArray(double[][]::new));
    return new Split(
        shuffled.rows(0, training),
        shuffled.rows(training, training + validation),
        shuffled.rows(training + validation, table.size()));
  }

  private CheckpointFile checkpointFile(Path file, String dataHash) {
    return new CheckpointFile(file, dataHash + " " + settings.asMap(), settings.weightDecay());
  }

  private SolverSettings solverSettings() {
    return new SolverSettings(
        ButcherTableau.DORMAND_PRINCE,
        settings.scoringTolerance(),
        settings.scoringTolerance(),
        settings.scoringMaximumEvaluations(),
        0,
        0);
  }

  /** Rows as the scorer takes them: continuous features, then constants. */
  private static List<double[]> inOrderOf(FeatureEncoder encoder, Table table) {
    List<String> names = new ArrayList<>();
    encoder.features().forEach(feature -> names.add(feature.getName()));
    encoder.constants().forEach(constant -> names.add(constant.getName()));
    int[] columns = names.stream().mapToInt(table.columns()::indexOf).toArray();
    return Arrays.stream(table.rows())
        .map(row -> IntStream.of(columns).mapToDouble(column -> row[column]).toArray())
        .toList();
  }

  /** Log-likelihoods; NaN, with a warning, where a record has none. */
  private static double[] score(ValueScorer scorer, List<double[]> rows) {
    double[] scores = new double[rows.size()];
    int unscorable = 0;
    for (int row = 0; row < scores.length; row++) {
      scores[row] =
          scorer.score(rows.get(row)) == SolveStatus.COMPLETED
              ? scorer.logLikelihood()
              : Double.NaN;
      unscorable += Double.isNaN(scores[row]) ? 1 : 0;
    }
    if (unscorable > 0) {
      LOG.warn("{} of {} calibration records have no score", unscorable, scores.length);
    }
    return scores;
  }

  /** Calibration records spread over the range of scores, the lowest among them. */
  private static List<double[]> probes(List<double[]> rows, double[] scores) {
    List<Integer> order =
        IntStream.range(0, scores.length)
            .filter(row -> Double.isFinite(scores[row]))
            .boxed()
            .sorted(Comparator.comparingDouble(row -> scores[row]))
            .toList();
    int count = Math.min(PROBES, order.size());
    return IntStream.range(0, count)
        .mapToObj(index -> rows.get(order.get(index * order.size() / count)))
        .toList();
  }

  private Provenance provenance(Table table, String dataHash, Backend backend) {
    String version = FlowTrainer.class.getPackage().getImplementationVersion();
    return new Provenance(
        table.source(),
        dataHash,
        (long) table.size(),
        settings.seed(),
        version == null ? "unpackaged" : version,
        System.getProperty("java.version"),
        backend.description());
  }
}
