package io.lowtide.trainer.retrain;

import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.BudgetException;
import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.schemas.ComparedModel;
import io.lowtide.schemas.Lineage;
import io.lowtide.schemas.Provenance;
import io.lowtide.schemas.TrainingSummary;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.TrainingEngines;
import io.lowtide.trainer.feature.FeaturePlan;
import io.lowtide.trainer.fit.EpochReport;
import io.lowtide.trainer.fit.FlowTrainer;
import io.lowtide.trainer.fit.TrainingDivergedException;
import io.lowtide.trainer.fit.TrainingResult;
import io.lowtide.trainer.fit.TrainingSettings;
import io.lowtide.trainer.report.TrainingReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes challengers of the older records, compares them with the champion on the newest ones, and
 * decides. Knows nothing of where records come from and models go. Each step that is finished is in
 * the run's folder, and is not done again.
 */
final class Retraining {

  private static final Logger LOG = LoggerFactory.getLogger(Retraining.class);

  private static final DateTimeFormatter VERSION_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  /** Enough for a calibration, unless the budget needs more. */
  private static final int CALIBRATION_RECORDS = 20_000;

  /** Calibration records for each that may be flagged. */
  private static final int FOR_EACH_FLAGGED = 100;

  private final RetrainSettings settings;
  private final RunFolder folder;
  private final RunFolder.Run run;
  private final Consumer<EpochReport> listener;

  Retraining(
      RetrainSettings settings,
      RunFolder folder,
      RunFolder.Run run,
      Consumer<EpochReport> listener) {
    this.settings = settings;
    this.folder = folder;
    this.run = run;
    this.listener = listener;
  }

  /**
   * What was decided.
   *
   * @param decision which model is to be the champion, and why
   * @param models the champion, if there is one, and the challengers, as compared
   * @param winner the model to publish, with its lineage
   * @param scores what each of them says of the newest records, by its role
   */
  record Outcome(
      Decision decision,
      List<ComparedModel> models,
      Optional<ModelBundle> winner,
      Map<String, HeldOutScores> scores) {}

  /**
   * Runs, or goes on.
   *
   * @param champion empty: there is none
   * @throws DataException if the records are too few to compare anything on
   */
  Outcome of(RunRecords records, FeaturePlan plan, Optional<ModelBundle> champion) {
    Table newest = records.newest(settings.heldOut());
    LOG.info(
        "{} records to train on, and the newest {} to compare models on",
        records.table().size() - newest.size(),
        newest.size());
    Optional<HeldOutScores> ofChampion = champion.map(model -> HeldOutScores.of(model, newest));
    List<ComparedModel> models = new ArrayList<>();
    Map<String, HeldOutScores> scores = new LinkedHashMap<>();
    ofChampion.ifPresent(held -> scores.put(ComparedModels.CHAMPION, held));
    Optional<ComparedModel> comparedChampion =
        ofChampion.map(
            held ->
                ComparedModels.of(
                    ComparedModels.CHAMPION, held, settings.limits(), Optional.empty()));
    comparedChampion.ifPresent(models::add);
    Map<Challenger, ModelBundle> made = new EnumMap<>(Challenger.class);
    List<ComparedModel> challengers = new ArrayList<>();
    for (Challenger challenger : challengers(champion.isPresent())) {
      ComparedModel compared;
      try {
        ModelBundle bundle = make(challenger, records, plan, champion);
        made.put(challenger, bundle);
        HeldOutScores held = HeldOutScores.of(bundle, newest);
        scores.put(challenger.label(), held);
        compared = ComparedModels.of(challenger.label(), held, settings.limits(), ofChampion);
      } catch (DataException | BudgetException | TrainingDivergedException e) {
        LOG.warn("The {} challenger cannot be made: {}", challenger.label(), e.getMessage());
        compared = ComparedModels.failed(challenger.label(), e.getMessage());
      }
      challengers.add(compared);
    }
    models.addAll(challengers);
    Decision decision = settings.rule().of(comparedChampion, challengers);
    Optional<ModelBundle> winner =
        decision
            .winner()
            .map(label -> Challenger.valueOf(label.toUpperCase(Locale.ROOT)))
            .map(
                challenger ->
                    withLineage(
                        made.get(challenger), challenger, champion, newest.size(), decision));
    winner.ifPresent(folder::keepWinner);
    return new Outcome(decision, models, winner, scores);
  }

  /** Without a champion nothing can begin with it. */
  private List<Challenger> challengers(boolean hasChampion) {
    return hasChampion ? settings.challengers() : List.of(Challenger.SCRATCH);
  }

  /**
   * Makes one challenger, or takes the one that is finished.
   *
   * @throws DataException if the records do not allow it
   */
  ModelBundle make(
      Challenger challenger, RunRecords records, FeaturePlan plan, Optional<ModelBundle> champion) {
    Optional<ModelBundle> finished = folder.challenger(challenger);
    if (finished.isPresent()) {
      LOG.info("The {} challenger is finished already", challenger.label());
      return finished.get();
    }
    ModelBundle bundle;
    try {
      bundle =
          challenger == Challenger.RECALIBRATED
              ? recalibrated(records, champion.orElseThrow())
              : fitted(challenger, records, plan, champion);
    } catch (BundleException e) {
      throw new IllegalStateException("the challenger fails its own checks", e);
    }
    folder.keepChallenger(challenger, bundle);
    return bundle;
  }

  private TrainingSettings training(Optional<ModelBundle> champion) {
    return champion
        .map(
            model ->
                settings.training().withBudgetUnlessStated(model.calibration().defaultBudget()))
        .orElse(settings.training());
  }

  private ModelBundle fitted(
      Challenger challenger, RunRecords records, FeaturePlan plan, Optional<ModelBundle> champion)
      throws BundleException {
    TrainingSettings training = training(champion);
    if (challenger == Challenger.WARM) {
      training = training.withIterations(settings.warmIterations());
    }
    LOG.info("Training the {} challenger", challenger.label());
    FlowTrainer trainer =
        new FlowTrainer(
            TrainingEngines.of(training.engine()),
            settings.detector(),
            training,
            listener,
            Optional.of(folder.checkpoint(challenger)));
    if (challenger == Challenger.WARM) {
      trainer = trainer.startingFrom(champion.orElseThrow());
    }
    TrainingResult result = trainer.train(records.older(settings.heldOut(), false), plan);
    try {
      TrainingReport.writeJson(result, List.of(), Optional.empty(), folder.history(challenger));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ModelBundle bundle = result.bundle();
    return bundle.recalibrated(
        version(bundle.record().getProvenance().getDataSha256(), challenger),
        Instant.now(),
        withAlerted(bundle, training, records.older(settings.heldOut(), true)),
        bundle.record().getTraining(),
        bundle.record().getProvenance());
  }

  /**
   * Alerted records took no part in the fit, but they are as many of the normal ones as the budget
   * says: calibration takes the same share of them as of the others.
   */
  private ConformalCalibration withAlerted(
      ModelBundle bundle, TrainingSettings training, Table alerted) {
    if (alerted.size() == 0) {
      return bundle.calibration();
    }
    double share =
        (double) bundle.calibration().size()
            / Math.max(1, bundle.record().getProvenance().getRows());
    Table taken = spread(alerted, (int) Math.round(share * alerted.size()));
    double[] scores =
        DoubleStream.concat(
                DoubleStream.concat(
                    bundle.record().getCalibration().getSortedConformityScores().stream()
                        .mapToDouble(Double::doubleValue),
                    DoubleStream.generate(() -> Double.NEGATIVE_INFINITY)
                        .limit(bundle.record().getCalibration().getUnscorable())),
                Arrays.stream(HeldOutScores.of(bundle, taken).conformityScores()))
            .toArray();
    return ConformalCalibration.fit(scores, training.budget());
  }

  private ModelBundle recalibrated(RunRecords records, ModelBundle known) throws BundleException {
    ModelBundle champion = known.withoutKernels();
    LOG.info(
        "Calibrating the champion anew{}",
        champion == known ? "" : ", without its kernels, which may be around the same records");
    long started = System.nanoTime();
    TrainingSettings training = training(Optional.of(champion));
    Table older = records.older(settings.heldOut());
    int most =
        (int)
            Math.min(
                Integer.MAX_VALUE,
                Math.max(CALIBRATION_RECORDS, FOR_EACH_FLAGGED / training.budget()));
    Table taken = spread(older, Math.min(most, older.size()));
    double[] scores = HeldOutScores.of(champion, taken).conformityScores();
    long setAside = Math.round(training.contamination() * scores.length);
    double[] kept = Arrays.stream(scores).sorted().skip(setAside).toArray();
    if (Arrays.stream(kept).noneMatch(Double::isFinite)) {
      throw new DataException(
          older.source()
              + ": none of "
              + scores.length
              + " records has a score under the champion, expected most of them to");
    }
    ConformalCalibration.requireBudget(training.budget(), kept.length);
    TrainingSummary summary = champion.record().getTraining();
    String hash = older.sha256();
    return champion.recalibrated(
        version(hash, Challenger.RECALIBRATED),
        Instant.now(),
        ConformalCalibration.fit(kept, training.budget()),
        TrainingSummary.newBuilder(summary)
            .setCalibrationRecords(kept.length)
            .setContamination(training.contamination())
            .setSetAsideCalibration(setAside)
            .setSeconds((System.nanoTime() - started) / 1e9)
            .build(),
        Provenance.newBuilder(champion.record().getProvenance())
            .setSource(older.source())
            .setDataSha256(hash)
            .setRows(older.size())
            .setLineage(null)
            .build());
  }

  /** So many rows, evenly spread over the others. */
  private static Table spread(Table table, int count) {
    double[][] rows = new double[count][];
    for (int i = 0; i < count; i++) {
      rows[i] = table.rows()[(int) ((long) i * table.size() / count)];
    }
    return table.withRows(rows);
  }

  private String version(String dataHash, Challenger challenger) {
    return VERSION_TIME.format(run.startedAt())
        + "-"
        + dataHash.substring(0, 8)
        + "-"
        + challenger.label();
  }

  private ModelBundle withLineage(
      ModelBundle bundle,
      Challenger challenger,
      Optional<ModelBundle> champion,
      int heldOut,
      Decision decision) {
    try {
      return bundle.withLineage(
          new Lineage(
              run.id(),
              challenger.label(),
              champion.map(ModelBundle::version).orElse(null),
              champion.map(model -> model.record().getSha256()).orElse(null),
              (long) heldOut,
              decision.reason()));
    } catch (BundleException e) {
      throw new IllegalStateException("the winner fails its own checks", e);
    }
  }
}
