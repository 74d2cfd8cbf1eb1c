package io.lowtide.stream.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lowtide.density.drift.DriftFinding;
import io.lowtide.kafka.alert.Printable;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.schemas.DetectorState;
import io.lowtide.schemas.DriftChange;
import io.lowtide.schemas.DriftEvent;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.detection.ActiveModel;
import io.lowtide.stream.detection.Verdict;
import io.lowtide.stream.drift.DriftBook;
import io.lowtide.stream.metrics.StreamMetrics;
import io.lowtide.stream.refusal.Refusals;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows what the records of one task mean for drift, and makes the messages that tell of it.
 * Without a topic for these it does nothing. Belongs to one task.
 */
final class DriftKeeper {

  private static final Logger LOG = LoggerFactory.getLogger(DriftKeeper.class);

  private final Optional<DriftBook> book;
  private final String topic;
  private final AvroSerializer<DriftEvent> serializer;
  private final Refusals refusals;
  private final StreamMetrics metrics;
  private int counted;

  /**
   * What follows from one record.
   *
   * @param events tell of it
   * @param messages the same as messages
   */
  record Next(List<DriftEvent> events, List<Record<byte[], byte[]>> messages) {

    static final Next NOTHING = new Next(List.of(), List.of());
  }

  /**
   * @param book empty where drift is not watched
   * @param topics by what they are for
   */
  DriftKeeper(
      Optional<DriftBook> book,
      Map<OutputTopic, String> topics,
      AvroSerializer<DriftEvent> serializer,
      Refusals refusals,
      StreamMetrics metrics) {
    this.book = book;
    this.topic = topics.get(OutputTopic.DRIFT);
    this.serializer = serializer;
    this.refusals = refusals;
    this.metrics = metrics;
    count();
  }

  /**
   * Takes in a record with a score, after all else that can fail on it.
   *
   * @param decoded the record
   * @param time that the partition has come to, in milliseconds since 1970; not less than before
   */
  Next after(
      Record<byte[], Arrival> record,
      RecordMetadata position,
      IndexedRecord decoded,
      ActiveModel model,
      Verdict.Scored verdict,
      long time) {
    if (book.isEmpty()) {
      return Next.NOTHING;
    }
    List<DriftEvent> events =
        book.get()
            .after(
                model,
                decoded,
                DriftBook.hash(record.key(), position.offset()),
                // Against the calibration that stays, whatever alerts are ranked by.
                model.bundle().calibration().pValue(verdict.score().conformityScore()),
                time,
                () ->
                    new RecordPosition(position.topic(), position.partition(), position.offset()));
    return events.isEmpty()
        ? Next.NOTHING
        : new Next(
            events,
            events.stream().map(event -> message(event, record.timestamp(), position)).toList());
  }

  /** Of bounded length: it fits the smallest topic that stops no start. */
  private Record<byte[], byte[]> message(
      DriftEvent event, long timestamp, RecordMetadata position) {
    return new Record<>(
        event.getDetector().getBytes(UTF_8),
        serializer.serialize(topic, event),
        timestamp,
        refusals.any() ? EpisodeMessages.headers(position) : null);
  }

  /** Counts and logs what is told, now that nothing can fail on the record any more. */
  void adopt(Next next) {
    for (DriftEvent event : next.events()) {
      metrics.driftTold(event.getChange());
      if (event.getChange() == DriftChange.RAISED) {
        LOG.warn(
            "Detector {}, partition {}: {}",
            event.getDetector(),
            event.getPartition(),
            Printable.of(event.getSummary()));
      } else {
        LOG.info(
            "Detector {}, partition {}: {}",
            event.getDetector(),
            event.getPartition(),
            Printable.of(event.getSummary()));
      }
      count();
    }
  }

  private void count() {
    int now = book.map(DriftBook::drifting).orElse(0);
    metrics.drifting(now - counted);
    counted = now;
  }

  /** Says in the state of the detector what is known of drift. */
  DetectorState.Builder describe(DetectorState.Builder state) {
    if (book.isPresent()) {
      Optional<DriftFinding> drift = book.get().drift();
      state.setDrifting(drift.isPresent());
      drift.ifPresent(
          found ->
              state
                  .setDriftSince(Instant.ofEpochMilli(found.since()))
                  .setDriftDirection(found.direction()));
    }
    return state;
  }

  /** Counts it no more here. */
  void close() {
    metrics.drifting(-counted);
    counted = 0;
  }
}
