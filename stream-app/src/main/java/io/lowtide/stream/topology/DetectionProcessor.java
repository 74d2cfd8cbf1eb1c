package io.lowtide.stream.topology;

import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.config.StreamSettings;
import io.lowtide.stream.deadletter.DeadLetterReason;
import io.lowtide.stream.deadletter.DeadLetters;
import io.lowtide.stream.deadletter.UnscorableRecordException;
import io.lowtide.stream.detection.ActiveModel;
import io.lowtide.stream.detection.AlertFactory;
import io.lowtide.stream.detection.HistoryRetention;
import io.lowtide.stream.detection.KeyMemory;
import io.lowtide.stream.detection.RecordJudge;
import io.lowtide.stream.detection.RememberedRecords;
import io.lowtide.stream.detection.SuppressionState;
import io.lowtide.stream.detection.SuppressionWindow;
import io.lowtide.stream.detection.Verdict;
import io.lowtide.stream.metrics.StreamMetrics;
import io.lowtide.stream.model.FitCheck;
import io.lowtide.stream.model.ModelSlot;
import io.lowtide.stream.retry.Faults;
import io.lowtide.stream.retry.TransientFaultException;
import io.lowtide.stream.store.StoredMemory;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
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
final class DetectionProcessor extends ContextualProcessor<byte[], byte[], byte[], byte[]> {

  private static final Logger LOG = LoggerFactory.getLogger(DetectionProcessor.class);

  /** Parts of the retention after which too old a history is looked for. */
  private static final int SWEEPS_PER_RETENTION = 4;

  private final Duration suppressionWindow;
  private final Duration historyRetention;
  private final Map<OutputTopic, String> outputTopics;
  private final ModelSlot models;
  private final Supplier<RecordDecoder> decoders;
  private final DeadLetters deadLetters;
  private final AvroSerializer<AnomalyAlert> alertSerializer;
  private final AvroSerializer<ScoredRecord> scoreSerializer;
  private final FitCheck fit;
  private final StreamMetrics metrics;
  private RecordDecoder decoder;
  private KeyMemory<RememberedRecords> history;
  private KeyMemory<SuppressionState> alerts;
  private RecordJudge judge;

  DetectionProcessor(
      StreamSettings settings,
      ModelSlot models,
      Supplier<RecordDecoder> decoders,
      AvroSerializer<AnomalyAlert> alertSerializer,
      AvroSerializer<ScoredRecord> scoreSerializer,
      FitCheck fit,
      StreamMetrics metrics) {
    // Copied: a look-up in Kafka's configuration takes a lock that all threads share.
    this.suppressionWindow = settings.suppressionWindow();
    this.historyRetention = settings.historyRetention();
    this.outputTopics = settings.outputTopics();
    this.models = models;
    this.decoders = decoders;
    this.deadLetters = new DeadLetters(settings.detector());
    this.alertSerializer = alertSerializer;
    this.scoreSerializer = scoreSerializer;
    this.fit = fit;
    this.metrics = metrics;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    super.init(context);
    decoder = decoders.get();
    HistoryRetention retention = new HistoryRetention(historyRetention);
    SuppressionWindow window = new SuppressionWindow(suppressionWindow);
    history = openHistory(retention);
    alerts = suppressionWindow.isZero() ? KeyMemory.none() : openAlerts(window);
    judge = new RecordJudge(history, retention, alerts, window, metrics::scoreTook);
  }

  private KeyMemory<RememberedRecords> openHistory(HistoryRetention retention) {
    StoredMemory<RememberedRecords> stored =
        new StoredMemory<>(context().getStateStore(DetectionTopology.HISTORY_STORE));
    context()
        .schedule(
            historyRetention.dividedBy(SWEEPS_PER_RETENTION),
            PunctuationType.STREAM_TIME,
            time -> {
              // A record dated far ahead must not make every other key forgotten.
              long now = Math.min(time, context().currentSystemTimeMs());
              stored.forgetIf(records -> retention.isOver(records, now));
            });
    return stored;
  }

  private KeyMemory<SuppressionState> openAlerts(SuppressionWindow window) {
    StoredMemory<SuppressionState> stored =
        new StoredMemory<>(context().getStateStore(DetectionTopology.SUPPRESSION_STORE));
    context()
        .schedule(
            suppressionWindow,
            PunctuationType.STREAM_TIME,
            time -> stored.forgetIf(state -> window.isOver(state, time)));
    return stored;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    metrics.recordIn();
    RecordMetadata position = context().recordMetadata().orElseThrow();
    try {
      useCurrentModel();
      detect(record, position);
    } catch (UnscorableRecordException unscorable) {
      deadLetter(record, position, unscorable);
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
  }

  private void detect(Record<byte[], byte[]> record, RecordMetadata position)
      throws UnscorableRecordException {
    Verdict.Scored verdict;
    Optional<byte[]> score;
    Optional<byte[]> alert;
    try {
      verdict = judge(record, position);
      score = scoreMessage(record, position, verdict);
      alert = alertMessage(verdict);
    } catch (RuntimeException fault) {
      throw unscorable(position, fault);
    }
    finish(record, verdict, score, alert);
  }

  private Verdict.Scored judge(Record<byte[], byte[]> record, RecordMetadata position)
      throws UnscorableRecordException {
    IndexedRecord decoded = decoder.decode(position.topic(), record);
    Verdict verdict =
        judge.judge(
            decoded,
            record.key(),
            record.timestamp(),
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

  private Optional<byte[]> scoreMessage(
      Record<byte[], byte[]> record, RecordMetadata position, Verdict.Scored verdict) {
    if (!outputTopics.containsKey(OutputTopic.SCORES)) {
      return Optional.empty();
    }
    ScoredRecord score =
        AlertFactory.score(
            new RecordPosition(position.topic(), position.partition(), position.offset()),
            record.key(),
            record.timestamp(),
            judge.model(),
            verdict.score());
    return Optional.of(scoreSerializer.serialize(outputTopics.get(OutputTopic.SCORES), score));
  }

  private Optional<byte[]> alertMessage(Verdict.Scored verdict) {
    return verdict instanceof Verdict.Alerted alerted
        ? Optional.of(
            alertSerializer.serialize(outputTopics.get(OutputTopic.ALERTS), alerted.alert()))
        : Optional.empty();
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
        "Failed on record {}-{}-{}: it goes to the dead letters",
        position.topic(),
        position.partition(),
        position.offset(),
        fault);
    return new UnscorableRecordException(DeadLetterReason.INTERNAL_ERROR, fault.toString(), fault);
  }

  private void finish(
      Record<byte[], byte[]> record,
      Verdict.Scored verdict,
      Optional<byte[]> score,
      Optional<byte[]> alert) {
    remember(history, record.key(), verdict.history());
    send(record, score, OutputTopic.SCORES);
    remember(alerts, record.key(), verdict.suppression());
    send(record, alert, OutputTopic.ALERTS);
    if (verdict instanceof Verdict.Alerted) {
      metrics.alertPublished();
    } else if (verdict instanceof Verdict.Withheld) {
      metrics.alertSuppressed();
    }
    metrics.scored();
  }

  private static <T> void remember(KeyMemory<T> memory, byte[] key, Optional<T> known) {
    if (known.isPresent()) {
      memory.remember(key, known.get());
    }
  }

  private void send(Record<byte[], byte[]> record, Optional<byte[]> message, OutputTopic output) {
    if (message.isPresent()) {
      context()
          .forward(new Record<>(record.key(), message.get(), record.timestamp()), output.sink());
    }
  }

  private void deadLetter(
      Record<byte[], byte[]> record, RecordMetadata position, UnscorableRecordException cause) {
    LOG.debug(
        "Dead letter {}-{}-{}: {}",
        position.topic(),
        position.partition(),
        position.offset(),
        cause.getMessage());
    context()
        .forward(
            deadLetters.of(record, position, judge.model().bundle().version(), cause),
            OutputTopic.DEAD_LETTERS.sink());
    metrics.deadLettered(cause.reason());
  }

  @Override
  public void close() {
    if (decoder != null) {
      decoder.close();
    }
  }
}
