package io.lowtide.trainer.retrain;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.feedback.FeedbackTopic;
import io.lowtide.kafka.feedback.Precision;
import io.lowtide.kafka.model.ModelCatalog;
import io.lowtide.kafka.model.StoredModel;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.training.DecisionPublisher;
import io.lowtide.kafka.training.RunnerLock;
import io.lowtide.kafka.training.TrainingRuns;
import io.lowtide.schemas.Feedback;
import io.lowtide.schemas.RunOutcome;
import io.lowtide.schemas.TrainingRun;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.OutputFolder;
import io.lowtide.trainer.feature.FeaturePlan;
import io.lowtide.trainer.fit.EpochReport;
import io.lowtide.trainer.report.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One retraining of a detector, from its records to what was decided: on disk, on the runs topic,
 * and, if a challenger won, on the models topic. Killed at any moment and started again, it goes
 * on; what it publishes is there whole or not at all.
 */
public final class RetrainJob {

  private static final Logger LOG = LoggerFactory.getLogger(RetrainJob.class);

  /** Of each record, as far as that is known before any is read. */
  private static final long FIELDS = 32;

  private static final long LEAST_SPACE_FOR_REPORT = 1L << 20;

  private final RetrainSettings settings;
  private final Path output;
  private final Optional<Path> reports;
  private final boolean publishes;
  private final Consumer<EpochReport> listener;

  /**
   * @param settings how to retrain
   * @param output folder of the run
   * @param reports folder for the report that people read; empty: that of the run
   * @param publishes whether anything is published; otherwise it is decided and written down
   * @param listener receives a report at every validation of a fit
   */
  public RetrainJob(
      RetrainSettings settings,
      Path output,
      Optional<Path> reports,
      boolean publishes,
      Consumer<EpochReport> listener) {
    this.settings = settings;
    this.output = output;
    this.reports = reports;
    this.publishes = publishes;
    this.listener = listener;
  }

  /**
   * Runs, or goes on with the run that was interrupted.
   *
   * @param lock of the detector
   * @param trigger what started it
   * @return what was decided
   * @throws DataException if the records cannot be used; that is written down, too
   * @throws io.lowtide.kafka.training.LockLostException if another process may run by now
   * @throws org.apache.kafka.common.KafkaException if Kafka is away
   * @throws io.lowtide.kafka.registry.SchemaRegistryException if the registry is
   */
  public DecidedRun run(RunnerLock lock, RunTrigger trigger) {
    reports.ifPresent(folder -> OutputFolder.require(folder, LEAST_SPACE_FOR_REPORT));
    try (RunFolder folder = RunFolder.open(output, FIELDS * settings.sampling().mostRows());
        SchemaRegistry registry =
            ConfluentSchemaRegistry.connect(settings.connection().registry())) {
      Optional<TrainingRun> published = alreadyPublished(folder, registry);
      if (published.isPresent()) {
        return new DecidedRun(published.get(), Optional.empty());
      }
      ModelCatalog catalog =
          ModelCatalog.read(
              settings.connection(), settings.modelsTopic(), registry, settings.detector());
      Optional<ModelBundle> champion = champion(catalog);
      RunFolder.Run run = folder.begin(fingerprint(champion, trigger));
      DecisionPublisher publisher = new DecisionPublisher(settings.connection(), registry, lock);
      try {
        return run(
            folder,
            run,
            trigger,
            new RunSource(settings, registry, champion, trigger.since()),
            champion,
            catalog,
            publisher);
      } catch (DataException e) {
        TrainingRun failed = failed(run, trigger, champion, e.getMessage());
        RetrainReport.write(failed, Map.of(), List.of(), folder.report());
        if (publishes) {
          publisher.publish(settings.runsTopic(), failed, Optional.empty());
        }
        folder.finish(run);
        throw e;
      }
    }
  }

  /** A run that was killed after its last step but one has nothing left to do. */
  private Optional<TrainingRun> alreadyPublished(RunFolder folder, SchemaRegistry registry) {
    Optional<RunFolder.Run> underWay = folder.underWay();
    if (underWay.isEmpty()) {
      return Optional.empty();
    }
    Optional<TrainingRun> published =
        TrainingRuns.of(settings.connection(), settings.runsTopic(), registry, settings.detector())
            .stream()
            .filter(run -> run.getId().equals(underWay.get().id()))
            .findFirst();
    published.ifPresent(
        run -> {
          LOG.info("Training run {} was published already", run.getId());
          folder.finish(underWay.get());
        });
    return published;
  }

  /** The model in use; where the topic's is none that an application accepts, the last good one. */
  private Optional<ModelBundle> champion(ModelCatalog catalog) {
    Optional<StoredModel> stored = catalog.champion(settings.detector());
    stored
        .flatMap(StoredModel::problem)
        .ifPresent(
            problem ->
                LOG.warn(
                    "The champion on {} fails a check, the version before it counts: {}",
                    settings.modelsTopic(),
                    problem));
    return stored
        .filter(model -> model.bundle().isPresent())
        .or(() -> stored.isEmpty() ? Optional.empty() : catalog.beforeChampion(settings.detector()))
        .flatMap(StoredModel::bundle);
  }

  private DecidedRun run(
      RunFolder folder,
      RunFolder.Run run,
      RunTrigger trigger,
      RunSource source,
      Optional<ModelBundle> champion,
      ModelCatalog catalog,
      DecisionPublisher publisher) {
    RunRecords records =
        folder
            .records()
            .orElseGet(
                () -> {
                  RunRecords read = source.read(run.startedAt());
                  folder.keep(read);
                  return read;
                });
    champion.ifPresent(folder::keepChampion);
    FeaturePlan plan = RunSource.plan(settings, records, champion);
    Retraining.Outcome outcome =
        new Retraining(settings, folder, run, listener).of(records, plan, champion);
    TrainingRun event = event(run, trigger, records, champion, outcome);
    List<Precision> precision =
        precision(
            settings.detector(),
            new FeedbackTopic(settings.connection(), settings.feedbackTopic())::latest);
    RetrainReport.write(event, folder.histories(), precision, folder.report());
    Optional<Path> report =
        new DecisionReport(settings, records, outcome, event)
            .write(folder.histories(), precision, reports.orElse(folder.directory()));
    if (publishes) {
      publisher.publish(
          settings.runsTopic(),
          event,
          outcome
              .winner()
              .map(
                  bundle ->
                      new DecisionPublisher.Winner(
                          settings.modelsTopic(),
                          bundle,
                          settings.publishesAsChallenger(),
                          catalog.surplus(settings.detector(), settings.versionsKept()))));
    }
    folder.finish(run);
    LOG.info(
        "Training run {} of detector {}: {}", run.id(), settings.detector(), event.getReason());
    return new DecidedRun(event, report);
  }

  /** Of what people said of a detector's alerts; nothing where that cannot be read. */
  static List<Precision> precision(String detector, Supplier<List<Feedback>> latest) {
    try {
      return Precision.perLevel(
          latest.get().stream()
              .filter(feedback -> feedback.getDetector().equals(detector))
              .toList());
    } catch (InterruptException stopped) {
      throw stopped;
    } catch (RuntimeException e) {
      // It only informs: what was decided must not wait for it, nor fail.
      LOG.warn("What people said of alerts cannot be read; the report goes without it", e);
      return List.of();
    }
  }

  private TrainingRun event(
      RunFolder.Run run,
      RunTrigger trigger,
      RunRecords records,
      Optional<ModelBundle> champion,
      Retraining.Outcome outcome) {
    return begun(run, trigger, champion)
        .setOutcome(
            outcome.winner().isPresent()
                ? RunOutcome.PUBLISHED
                : outcome.models().stream().anyMatch(model -> model.getFailure() == null)
                    ? RunOutcome.KEPT
                    : RunOutcome.FAILED)
        .setReason(outcome.decision().reason())
        .setPublished(outcome.winner().map(ModelBundle::version).orElse(null))
        .setPublishedContentSha256(outcome.winner().map(ModelBundle::contentSha256).orElse(null))
        .setSource(records.table().source())
        .setRecordsRead(records.tally().read())
        .setRecordsUnreadable(records.tally().unreadable())
        .setRecordsLeftOut(records.tally().leftOut())
        .setRecordsUsed(records.table().size())
        .setHeldOutRecords(records.heldOut(settings.heldOut()))
        .setDataSha256(records.table().sha256())
        .setModels(outcome.models())
        .build();
  }

  private TrainingRun failed(
      RunFolder.Run run, RunTrigger trigger, Optional<ModelBundle> champion, String why) {
    return begun(run, trigger, champion)
        .setOutcome(RunOutcome.FAILED)
        .setReason(why)
        .setSource(
            String.join(
                ", ",
                settings.sourceTopics().isEmpty()
                    ? settings.data().stream().map(Path::toString).toList()
                    : settings.sourceTopics()))
        .setRecordsRead(0)
        .setRecordsUsed(0)
        .setHeldOutRecords(0)
        .setDataSha256("")
        .setModels(List.of())
        .build();
  }

  private TrainingRun.Builder begun(
      RunFolder.Run run, RunTrigger trigger, Optional<ModelBundle> champion) {
    return TrainingRun.newBuilder()
        .setId(run.id())
        .setDetector(settings.detector())
        .setStartedAt(run.startedAt())
        .setFinishedAt(Instant.now())
        .setCause(trigger.cause())
        .setDriftEvents(trigger.driftIds())
        .setChampion(champion.map(ModelBundle::version).orElse(null))
        .setSettings(settingsOfRun());
  }

  private Map<String, String> settingsOfRun() {
    Map<String, String> values = new TreeMap<>(settings.asMap());
    if (!publishes) {
      values.put(RetrainSettingDefinitions.PUBLISH_AS, Verdict.AS_NOTHING);
    }
    return values;
  }

  /** Of all that decides the result, but the records, which the folder keeps. */
  private String fingerprint(Optional<ModelBundle> champion, RunTrigger trigger) {
    StringBuilder text = new StringBuilder(settings.asMap().toString());
    trigger.since().ifPresent(text::append);
    champion.ifPresent(model -> text.append(model.record().getSha256()));
    settings
        .features()
        .ifPresent(
            file -> {
              try {
                text.append(Files.readString(file));
              } catch (IOException e) {
                throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
              }
            });
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(text.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
