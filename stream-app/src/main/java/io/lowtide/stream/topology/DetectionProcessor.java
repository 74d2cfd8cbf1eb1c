package io.lowtide.stream.topology;

import io.lowtide.density.feature.KeyHistory;
import io.lowtide.density.scoring.RecordScorer;
import io.lowtide.density.scoring.ScoreOutcome;
import io.lowtide.density.scoring.ScoreOutcome.Scored;
import io.lowtide.density.scoring.ScoreOutcome.Unscorable;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.stream.alert.AlertSuppression;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.config.StreamSettings;
import io.lowtide.stream.deadletter.DeadLetterReason;
import io.lowtide.stream.deadletter.DeadLetters;
import io.lowtide.stream.deadletter.UnscorableRecordException;
import io.lowtide.stream.detection.ActiveModel;
import io.lowtide.stream.detection.AlertFactory;
import io.lowtide.stream.detection.RememberedRecords;
import io.lowtide.stream.detection.SuppressionState;
import io.lowtide.stream.history.RecordHistory;
import io.lowtide.stream.metrics.StreamMetrics;
import io.lowtide.stream.model.ModelSlot;
import io.lowtide.stream.retry.Faults;
import io.lowtide.stream.retry.TransientFaultException;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes each source record to exactly one end: scored (and then perhaps alerted) or dead-lettered.
 * Everything that can fail on a record happens before the first message about it is sent. One
 * instance per task; instances share nothing that locks.
 */
final class DetectionProcessor extends ContextualProcessor<byte[], byte[], byte[], byte[]> {

  private static final Logger log = LoggerFactory.getLogger(DetectionProcessor.class);

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
  private final StreamMetrics metrics;
  private RecordDecoder decoder;
  private AlertSuppression suppression;
  private RecordHistory history;
  private ActiveModel model;
  private RecordScorer scorer;

  DetectionProcessor(
      StreamSettings settings,
      ModelSlot models,
      Supplier<RecordDecoder> decoders,
      AvroSerializer<AnomalyAlert> alertSerializer,
      AvroSerializer<ScoredRecord> scoreSerializer,
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
    this.metrics = metrics;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    super.init(context);
    decoder = decoders.get();
    history =
        new RecordHistory(context.getStateStore(DetectionTopology.HISTORY_STORE), historyRetention);
    context.schedule(
        historyRetention.dividedBy(SWEEPS_PER_RETENTION),
        PunctuationType.STREAM_TIME,
        // A record dated far ahead must not make every other key forgotten.
        time -> history.forgetBefore(Math.min(time, context.currentSystemTimeMs())));
    if (!suppressionWindow.isZero()) {
      suppression =
          new AlertSuppression(
              context.getStateStore(DetectionTopology.SUPPRESSION_STORE), suppressionWindow);
      context.schedule(suppressionWindow, PunctuationType.STREAM_TIME, suppression::forgetBefore);
    }
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    metrics.recordIn();
    RecordMetadata position = context().recordMetadata().orElseThrow();
    try {
      useCurrentModel();
      finish(record, evaluate(record, position));
    } catch (UnscorableRecordException unscorable) {
      deadLetter(record, position, unscorable);
    } catch (RuntimeException fault) {
      metrics.handedBack();
      throw fault;
    }
  }

  private void useCurrentModel() {
    ActiveModel current = models.current();
    if (current == null) {
      throw new TransientFaultException("No model is in use yet", null);
    }
    if (current != model) {
      scorer = new RecordScorer(current.bundle());
      model = current;
    }
  }

  /**
   * What there is to say about a record, complete before any of it is sent.
   *
   * @param scoreMessage null where scores are not published
   * @param alert null for a normal record
   * @param history what to remember of the key, or null
   */
  private record Verdict(byte[] scoreMessage, Alert alert, RememberedRecords history) {}

  /**
   * @param message null for an alert that is withheld
   * @param state what is known about the key's alerts, or null
   */
  private record Alert(byte[] message, SuppressionState state) {}

  private Verdict evaluate(Record<byte[], byte[]> record, RecordMetadata position)
      throws UnscorableRecordException {
    try {
      IndexedRecord decoded = decoder.decode(position.topic(), record);
      RememberedRecords remembered = scorer.usesHistory() ? history.of(record.key()) : null;
      KeyHistory past = history.at(record.timestamp(), remembered);
      Scored score = score(decoded, past);
      RememberedRecords after =
          scorer.usesHistory()
              ? RememberedRecords.after(remembered, record.timestamp(), scorer.historyAfter(past))
              : null;
      boolean anomalous = score.pValue() <= model.budget();
      boolean scoresEnabled = outputTopics.containsKey(OutputTopic.SCORES);
      if (!anomalous && !scoresEnabled) {
        return new Verdict(null, null, after);
      }
      RecordPosition source =
          new RecordPosition(position.topic(), position.partition(), position.offset());
      byte[] scoreMessage =
          scoresEnabled
              ? scoreSerializer.serialize(
                  outputTopics.get(OutputTopic.SCORES),
                  AlertFactory.score(source, record.key(), record.timestamp(), model, score))
              : null;
      return new Verdict(scoreMessage, anomalous ? alert(record, source, score) : null, after);
    } catch (RuntimeException fault) {
      if (Faults.isTransient(fault)) {
        throw fault instanceof TransientFaultException known
            ? known
            : new TransientFaultException(fault.getMessage(), fault);
      }
      if (Faults.isOfKafka(fault)) {
        throw fault;
      }
      log.error(
          "Failed on record {}-{}-{}: it goes to the dead letters",
          position.topic(),
          position.partition(),
          position.offset(),
          fault);
      throw new UnscorableRecordException(DeadLetterReason.INTERNAL_ERROR, fault.toString(), fault);
    }
  }

  private Scored score(IndexedRecord decoded, KeyHistory past) throws UnscorableRecordException {
    long start = System.nanoTime();
    ScoreOutcome outcome = scorer.score(decoded, past);
    if (outcome instanceof Scored scored) {
      metrics.scoreTook(System.nanoTime() - start, scored.evaluations());
      return scored;
    }
    Unscorable unscorable = (Unscorable) outcome;
    throw new UnscorableRecordException(
        DeadLetterReason.of(unscorable.reason()), unscorable.message());
  }

  private Alert alert(Record<byte[], byte[]> record, RecordPosition source, Scored score) {
    SuppressionState state = suppression == null ? null : suppression.stateOf(record.key());
    if (state != null && suppression.isRepeat(state, record.timestamp())) {
      return new Alert(null, state);
    }
    AnomalyAlert alert =
        AlertFactory.alert(
            source,
            record.key(),
            record.timestamp(),
            model,
            score,
            scorer.explain(),
            scorer.context(),
            state == null ? 0 : state.suppressed());
    return new Alert(alertSerializer.serialize(outputTopics.get(OutputTopic.ALERTS), alert), state);
  }

  private void finish(Record<byte[], byte[]> record, Verdict verdict) {
    if (verdict.history() != null) {
      history.remember(record.key(), verdict.history());
    }
    if (verdict.scoreMessage() != null) {
      send(record, verdict.scoreMessage(), OutputTopic.SCORES);
    }
    if (verdict.alert() != null) {
      finish(record, verdict.alert());
    }
    metrics.scored();
  }

  private void finish(Record<byte[], byte[]> record, Alert alert) {
    if (alert.message() == null) {
      suppression.withheld(record.key(), alert.state());
      metrics.alertSuppressed();
      return;
    }
    if (suppression != null) {
      suppression.published(record.key(), alert.state(), record.timestamp());
    }
    send(record, alert.message(), OutputTopic.ALERTS);
    metrics.alertPublished();
  }

  private void send(Record<byte[], byte[]> record, byte[] message, OutputTopic output) {
    context().forward(new Record<>(record.key(), message, record.timestamp()), output.sink());
  }

  private void deadLetter(
      Record<byte[], byte[]> record, RecordMetadata position, UnscorableRecordException cause) {
    log.debug(
        "Dead letter {}-{}-{}: {}",
        position.topic(),
        position.partition(),
        position.offset(),
        cause.getMessage());
    context()
        .forward(
            deadLetters.of(record, position, model.bundle().version(), cause),
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
