package io.lowtide.stream.topology;

import io.lowtide.density.suppression.SuppressionState;
import io.lowtide.density.suppression.SuppressionWindow;
import io.lowtide.kafka.episode.EpisodeSettings;
import io.lowtide.schemas.ExplanationKind;
import io.lowtide.schemas.ShadowScore;
import io.lowtide.stream.config.DriftWatchSettings;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.config.StreamSettings;
import io.lowtide.stream.deadletter.DeadLetterReason;
import io.lowtide.stream.deadletter.DeadLetters;
import io.lowtide.stream.deadletter.UnscorableRecordException;
import io.lowtide.stream.detection.ActiveModel;
import io.lowtide.stream.detection.ExplanationBudget;
import io.lowtide.stream.detection.HistoryRetention;
import io.lowtide.stream.detection.KeyMemory;
import io.lowtide.stream.detection.Rankings;
import io.lowtide.stream.detection.RecordJudge;
import io.lowtide.stream.detection.RememberedRecords;
import io.lowtide.stream.detection.Verdict;
import io.lowtide.stream.drift.DriftBook;
import io.lowtide.stream.metrics.StreamMetrics;
import io.lowtide.stream.model.FitCheck;
import io.lowtide.stream.model.ModelSlot;
import io.lowtide.stream.output.InternalTopics;
import io.lowtide.stream.refusal.Refusals;
import io.lowtide.stream.retry.Faults;
import io.lowtide.stream.retry.TransientFaultException;
import io.lowtide.stream.shadow.ShadowJudge;
import io.lowtide.stream.store.AlertMemory;
import io.lowtide.stream.store.DriftStore;
import io.lowtide.stream.store.EpisodeStore;
import io.lowtide.stream.store.FollowedScores;
import io.lowtide.stream.store.StoredMemory;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes each source record to exactly one end: scored (and then perhaps alerted) or dead-lettered.
 * A {@link RecordJudge} says to which; here that is sent and remembered. Everything that can fail
 * on a record happens before the first message about it is sent. One instance per task; instances
 * share nothing that locks.
 */
final class DetectionProcessor extends ContextualProcessor<byte[], Arrival, byte[], byte[]> {

  private static final Logger LOG = LoggerFactory.getLogger(DetectionProcessor.class);

  /** How often too old a history is looked for, at the least. */
  private static final Duration LONGEST_BETWEEN_SWEEPS = Duration.ofHours(6);

  /** How often it is looked whether the source is silent, at the least. */
  private static final Duration LONGEST_BETWEEN_LOOKS = Duration.ofMinutes(1);

  private static final int LOOKS_IN_A_SILENCE = 4;

  /** Refusals after which nothing but a bare dead letter is sent about a record. */
  private static final int REFUSALS_OF_ANY = 2;

  private final Duration suppressionWindow;
  private final Duration historyRetention;
  private final EpisodeSettings episodeSettings;
  private final String detector;
  private final int calibrationWindow;
  private final boolean watchesDrift;
  private final boolean hasHistory;
  private final ModelSlot models;
  private final Supplier<RecordDecoder> decoders;
  private final ScoredMessages messages;
  private final EpisodeMessages episodeMessages;
  private final DriftWatchSettings driftSettings;
  private final Function<Optional<DriftBook>, DriftKeeper> driftKeepers;
  private final DeadLetters deadLetters;
  private final Refusals refusals;
  private final FitCheck fit;
  private final StreamMetrics metrics;
  private final ThreadLocal<ExplanationBudget> explanationBudgets;
  private final ShadowJudge shadow;
  private final boolean shadowInScores;
  private RecordDecoder decoder;
  private KeyMemory<RememberedRecords> history = KeyMemory.none();
  private KeyMemory<SuppressionState> alerts = KeyMemory.none();
  private Rankings rankings = Rankings.fixed();
  private DriftKeeper drift;
  private EpisodeKeeper episodes;
  private RecordJudge judge;

  /**
   * @param hasHistory whether there is a store of past records
   * @param driftKeepers makes what follows drift, by the watches of a task if there are any
   * @param refusals says which records Kafka took no message about
   * @param explanationBudgets of each thread, whatever partitions it has
   * @param shadow compares a challenger with the model in use
   */
  DetectionProcessor(
      StreamSettings settings,
      boolean hasHistory,
      ModelSlot models,
      Supplier<RecordDecoder> decoders,
      ScoredMessages messages,
      EpisodeMessages episodeMessages,
      Function<Optional<DriftBook>, DriftKeeper> driftKeepers,
      DeadLetters deadLetters,
      Refusals refusals,
      FitCheck fit,
      StreamMetrics metrics,
      ThreadLocal<ExplanationBudget> explanationBudgets,
      ShadowJudge shadow) {
    // Copied: a look-up in Kafka's configuration takes a lock that all threads share.
    this.suppressionWindow = settings.suppressionWindow();
    this.historyRetention = settings.historyRetention();
    this.episodeSettings = settings.episodes();
    this.detector = settings.detector();
    this.calibrationWindow = settings.calibrationWindow();
    this.hasHistory = hasHistory;
    this.models = models;
    this.decoders = decoders;
    this.messages = messages;
    this.episodeMessages = episodeMessages;
    this.driftSettings = settings.drift();
    this.watchesDrift = settings.outputTopics().containsKey(OutputTopic.DRIFT);
    this.driftKeepers = driftKeepers;
    this.deadLetters = deadLetters;
    this.refusals = refusals;
    this.fit = fit;
    this.metrics = metrics;
    this.explanationBudgets = explanationBudgets;
    this.shadow = shadow;
    this.shadowInScores = settings.shadowInScores();
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    super.init(context);
    decoder = decoders.get();
    Optional<AlertMemory> alertMemory =
        suppressionWindow.isZero()
            ? Optional.empty()
            : Optional.of(
                new AlertMemory(
                    context.getStateStore(InternalTopics.EPISODES_STORE),
                    context.getStateStore(InternalTopics.SUPPRESSION_STORE)));
    if (alertMemory.isPresent()) {
      alerts = alertMemory.get();
    }
    drift = driftKeepers.apply(watchesDrift ? Optional.of(openDrift()) : Optional.empty());
    episodes = openEpisodes(alertMemory);
    HistoryRetention retention =
        new HistoryRetention(historyRetention, () -> episodes.partition().steadyTime());
    if (hasHistory) {
      history = openHistory(retention);
    }
    if (calibrationWindow > 0) {
      rankings =
          new FollowedScores(
              context.getStateStore(InternalTopics.CALIBRATION_STORE),
              calibrationWindow,
              metrics::keptOutOfCalibration);
    }
    judge =
        new RecordJudge(
            history,
            retention,
            alerts,
            new SuppressionWindow(suppressionWindow),
            rankings,
            metrics::scoreTook,
            explanationBudgets::get);
  }

  private DriftBook openDrift() {
    return new DriftBook(
        new DriftStore(context().getStateStore(InternalTopics.DRIFT_STORE)),
        driftSettings,
        detector);
  }

  private EpisodeKeeper openEpisodes(Optional<AlertMemory> alertMemory) {
    EpisodeKeeper opened =
        new EpisodeKeeper(
            new EpisodeStore(context().getStateStore(InternalTopics.EPISODES_STORE)),
            episodeSettings,
            detector,
            episodeMessages,
            alertMemory,
            drift,
            metrics,
            context().currentSystemTimeMs());
    Duration look = episodeSettings.silence().dividedBy(LOOKS_IN_A_SILENCE);
    context()
        .schedule(
            look.compareTo(LONGEST_BETWEEN_LOOKS) < 0 ? look : LONGEST_BETWEEN_LOOKS,
            PunctuationType.WALL_CLOCK_TIME,
            now ->
                opened
                    .closeIfSilent(now, models.current())
                    .forEach(message -> context().forward(message, OutputTopic.EPISODES.sink())));
    return opened;
  }

  private KeyMemory<RememberedRecords> openHistory(HistoryRetention retention) {
    StoredMemory<RememberedRecords> stored =
        new StoredMemory<>(context().getStateStore(InternalTopics.HISTORY_STORE));
    context()
        .schedule(
            historyRetention.compareTo(LONGEST_BETWEEN_SWEEPS) < 0
                ? historyRetention
                : LONGEST_BETWEEN_SWEEPS,
            PunctuationType.WALL_CLOCK_TIME,
            now -> stored.forgetIf(retention::isForgotten));
    return stored;
  }

  @Override
  public void process(Record<byte[], Arrival> record) {
    metrics.recordIn();
    RecordMetadata position = context().recordMetadata().orElseThrow();
    try {
      useCurrentModel();
      int refused = refusals.of(position.topic(), position.partition(), position.offset());
      if (refused < REFUSALS_OF_ANY) {
        detectOrDeadLetter(record, position);
      } else {
        giveUp(record, position, refused > REFUSALS_OF_ANY);
      }
    } catch (TransientFaultException fault) {
      metrics.handedBack();
      throw handBack(fault);
    } catch (RuntimeException fault) {
      metrics.handedBack();
      throw fault;
    }
  }

  /**
   * To Kafka Streams a task that has moved: its thread aborts the transaction, gives up the
   * partitions and asks for them again at once. A thread that dies of the fault would leave the
   * group only when its session ends, and its transaction open until that times out.
   */
  private static TaskMigratedException handBack(TransientFaultException fault) {
    return new TaskMigratedException(fault.getMessage(), fault);
  }

  private void useCurrentModel() {
    ActiveModel current = models.current();
    if (current == null) {
      throw new TransientFaultException("No model is in use yet", null);
    }
    judge.use(current);
    if (!hasHistory && current.usesHistory()) {
      throw new IllegalStateException(
          "model "
              + current.bundle().version()
              + " judges by past records, without a store of them");
    }
  }

  private void detectOrDeadLetter(Record<byte[], Arrival> record, RecordMetadata position) {
    try {
      detect(record, position);
    } catch (UnscorableRecordException unscorable) {
      deadLetter(record, position, unscorable);
    }
  }

  private void detect(Record<byte[], Arrival> record, RecordMetadata position)
      throws UnscorableRecordException {
    IndexedRecord decoded;
    Verdict.Scored verdict;
    EpisodeKeeper.Next next;
    DriftKeeper.Next drifted;
    Optional<Record<byte[], byte[]>> score;
    Optional<Record<byte[], byte[]>> alert;
    try {
      decoded = decoder.decode(position.topic(), record.headers(), record.value().value());
      verdict = judge(record, position, decoded);
      Optional<ShadowScore> beside =
          shadow.compare(judge.model(), decoded, judge.past(), verdict).filter(s -> shadowInScores);
      score = messages.score(record, position, judge.model(), judge.ranking(), verdict, beside);
      next = episodes.after(record, position, judge, verdict);
      alert = messages.alert(record, position, verdict, next.state());
      drifted =
          drift.after(
              record, position, decoded, judge.model(), verdict, next.partition().steadyTime());
    } catch (RuntimeException fault) {
      throw unscorable(position, fault);
    }
    drift.adopt(drifted);
    for (Record<byte[], byte[]> message : drifted.messages()) {
      context().forward(message, OutputTopic.DRIFT.sink());
    }
    finish(record.key(), verdict, score, alert, next);
  }

  private Verdict.Scored judge(
      Record<byte[], Arrival> record, RecordMetadata position, IndexedRecord decoded)
      throws UnscorableRecordException {
    Verdict verdict =
        judge.judge(
            decoded,
            record.key(),
            record.value().eventTime(),
            position.topic(),
            position.partition(),
            position.offset());
    fit.tell(judge.model(), decoded, verdict);
    if (verdict instanceof Verdict.Scored scored) {
      return scored;
    }
    Verdict.Unscorable unscorable = (Verdict.Unscorable) verdict;
    throw new UnscorableRecordException(
        DeadLetterReason.of(unscorable.reason()), unscorable.message());
  }

  /**
   * Why a record goes to the dead letters that the application failed on for a reason of its own.
   *
   * @throws RuntimeException the fault, if it passes or is Kafka's: the record is handed back
   */
  private static UnscorableRecordException unscorable(
      RecordMetadata position, RuntimeException fault) {
    if (Faults.isTransient(fault)) {
      throw fault instanceof TransientFaultException known
          ? known
          : new TransientFaultException(fault.getMessage(), fault);
    }
    if (Faults.isOfKafka(fault)) {
      throw fault;
    }
    LOG.error(
        "Failed on record {}: it goes to the dead letters",
        DeadLetters.positionText(position),
        fault);
    return new UnscorableRecordException(DeadLetterReason.INTERNAL_ERROR, fault.toString(), fault);
  }

  private void finish(
      byte[] key,
      Verdict.Scored verdict,
      Optional<Record<byte[], byte[]>> score,
      Optional<Record<byte[], byte[]>> alert,
      EpisodeKeeper.Next next) {
    remember(history, key, verdict.history());
    rankings.follow(verdict.score());
    send(score, OutputTopic.SCORES);
    remember(alerts, key, verdict.suppression());
    send(alert, OutputTopic.ALERTS);
    adopt(next);
    if (verdict instanceof Verdict.Alerted alerted) {
      metrics.alertPublished(alerted.alert().getExplanation() == ExplanationKind.BRIEF);
    } else if (verdict instanceof Verdict.Withheld) {
      metrics.alertSuppressed();
    }
    metrics.scored();
  }

  private void adopt(EpisodeKeeper.Next next) {
    episodes.adopt(next, context().currentSystemTimeMs());
    for (Record<byte[], byte[]> message : next.messages()) {
      context().forward(message, OutputTopic.EPISODES.sink());
    }
  }

  private static <T> void remember(KeyMemory<T> memory, byte[] key, Optional<T> known) {
    if (known.isPresent()) {
      memory.remember(key, known.get());
    }
  }

  private void send(Optional<Record<byte[], byte[]>> message, OutputTopic output) {
    if (message.isPresent()) {
      context().forward(message.get(), output.sink());
    }
  }

  private void deadLetter(
      Record<byte[], Arrival> record, RecordMetadata position, UnscorableRecordException cause) {
    EpisodeKeeper.Next next = episodes.after(record, position, judge.model(), cause);
    LOG.debug("Dead letter {}: {}", DeadLetters.positionText(position), cause.getMessage());
    context()
        .forward(
            deadLetters.of(
                record.withValue(record.value().value()),
                record.value().eventTime(),
                position,
                judge.model().bundle().version(),
                cause),
            OutputTopic.DEAD_LETTERS.sink());
    adopt(next);
    metrics.deadLettered(cause.reason());
  }

  /**
   * Ends a record of which every message was refused.
   *
   * @param silently without even the dead letter that says so, which was refused, too
   */
  private void giveUp(Record<byte[], Arrival> record, RecordMetadata position, boolean silently) {
    if (silently) {
      LOG.error(
          "Record {} ends without a message: Kafka refuses even a dead letter of headers alone",
          DeadLetters.positionText(position));
    } else {
      context()
          .forward(
              deadLetters.bare(
                  record.withValue(record.value().value()),
                  record.value().eventTime(),
                  position,
                  judge.model().bundle().version(),
                  new UnscorableRecordException(
                      DeadLetterReason.REFUSED, "Kafka refused the messages about this record")),
              OutputTopic.DEAD_LETTERS.sink());
    }
    metrics.deadLettered(DeadLetterReason.REFUSED);
  }

  @Override
  public void close() {
    if (decoder != null) {
      decoder.close();
    }
    if (episodes != null) {
      episodes.close();
    }
    shadow.end();
    if (drift != null) {
      drift.close();
    }
  }
}
