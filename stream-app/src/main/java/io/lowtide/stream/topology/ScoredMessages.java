package io.lowtide.stream.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lowtide.density.calibration.Ranking;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.DetectorState;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.schemas.ShadowScore;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.deadletter.DeadLetters;
import io.lowtide.stream.detection.ActiveModel;
import io.lowtide.stream.detection.AlertFactory;
import io.lowtide.stream.detection.Verdict;
import io.lowtide.stream.metrics.StreamMetrics;
import io.lowtide.stream.output.Adjustment;
import io.lowtide.stream.output.MessageSize;
import io.lowtide.stream.output.OutputLimits;
import io.lowtide.stream.output.Sha256;
import io.lowtide.stream.refusal.Refusals;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Makes the messages about scored records so that the brokers take them: where the key of a record
 * leaves no room, first the message's value does without it, then the message does.
 */
final class ScoredMessages {

  private final Map<OutputTopic, String> topics;
  private final AvroSerializer<AnomalyAlert> alertSerializer;
  private final AvroSerializer<ScoredRecord> scoreSerializer;
  private final OutputLimits limits;
  private final Refusals refusals;
  private final StreamMetrics metrics;

  ScoredMessages(
      Map<OutputTopic, String> topics,
      AvroSerializer<AnomalyAlert> alertSerializer,
      AvroSerializer<ScoredRecord> scoreSerializer,
      OutputLimits limits,
      Refusals refusals,
      StreamMetrics metrics) {
    this.topics = topics;
    this.alertSerializer = alertSerializer;
    this.scoreSerializer = scoreSerializer;
    this.limits = limits;
    this.refusals = refusals;
    this.metrics = metrics;
  }

  /** The score of a record, if scores are published. */
  Optional<Record<byte[], byte[]>> score(
      Record<byte[], Arrival> record,
      RecordMetadata position,
      ActiveModel model,
      Ranking ranking,
      Verdict.Scored verdict,
      Optional<ShadowScore> shadow) {
    String topic = topics.get(OutputTopic.SCORES);
    if (topic == null) {
      return Optional.empty();
    }
    RecordPosition source =
        new RecordPosition(position.topic(), position.partition(), position.offset());
    return Optional.of(
        fitting(
            OutputTopic.SCORES,
            record,
            position,
            key ->
                scoreSerializer.serialize(
                    topic,
                    AlertFactory.score(
                        source,
                        key,
                        record.value().eventTime(),
                        model,
                        ranking,
                        verdict.score(),
                        shadow.orElse(null)))));
  }

  /**
   * The alert about a record, if there is one.
   *
   * @param state how the detector does
   */
  Optional<Record<byte[], byte[]>> alert(
      Record<byte[], Arrival> record,
      RecordMetadata position,
      Verdict.Scored verdict,
      Supplier<DetectorState> state) {
    if (!(verdict instanceof Verdict.Alerted alerted)) {
      return Optional.empty();
    }
    String topic = topics.get(OutputTopic.ALERTS);
    AnomalyAlert alert = AlertFactory.withState(alerted.alert(), state.get());
    Record<byte[], byte[]> message =
        fitting(
            OutputTopic.ALERTS,
            record,
            position,
            key -> alertSerializer.serialize(topic, key == null ? withoutKey(alert) : alert));
    AnomalyAlert shorter = alert;
    while (!fits(OutputTopic.ALERTS, message) && shorter.getContributions().size() > 1) {
      shorter = withHalfOfTheFields(withoutKey(shorter));
      message = message.withValue(alertSerializer.serialize(topic, shorter));
    }
    return Optional.of(message);
  }

  private static AnomalyAlert withoutKey(AnomalyAlert alert) {
    return AnomalyAlert.newBuilder(alert).setKey(null).build();
  }

  /** The strongest contributions come first; what the record was judged under is less. */
  private AnomalyAlert withHalfOfTheFields(AnomalyAlert alert) {
    metrics.adjusted(Adjustment.FIELDS_LEFT_OUT);
    List<FieldContribution> all = alert.getContributions();
    return AnomalyAlert.newBuilder(alert)
        .setContext(List.of())
        .setContributions(List.copyOf(all.subList(0, (all.size() + 1) / 2)))
        .build();
  }

  private Record<byte[], byte[]> fitting(
      OutputTopic output,
      Record<byte[], Arrival> record,
      RecordMetadata position,
      Function<byte[], byte[]> valueWithKey) {
    byte[] key = record.key();
    Record<byte[], byte[]> whole =
        message(output, key, valueWithKey.apply(key), record, position, new RecordHeaders());
    if (fits(output, whole) || key == null) {
      return whole;
    }
    metrics.adjusted(Adjustment.KEY_LEFT_OUT);
    Headers marks = new RecordHeaders();
    put(marks, DeadLetters.KEY_SIZE, Integer.toString(key.length));
    put(marks, DeadLetters.KEY_SHA256, Sha256.of(key));
    byte[] value = valueWithKey.apply(null);
    Record<byte[], byte[]> keyed = message(output, key, value, record, position, marks);
    return fits(output, keyed) ? keyed : message(output, null, value, record, position, marks);
  }

  private Record<byte[], byte[]> message(
      OutputTopic output,
      byte[] key,
      byte[] value,
      Record<byte[], Arrival> record,
      RecordMetadata position,
      Headers headers) {
    long eventTime = record.value().eventTime();
    if (record.timestamp() != eventTime) {
      put(headers, DeadLetters.TIMESTAMP, Long.toString(eventTime));
    }
    if (refusals.any()) {
      put(headers, DeadLetters.TOPIC, position.topic());
      put(headers, DeadLetters.PARTITION, Integer.toString(position.partition()));
      put(headers, DeadLetters.OFFSET, Long.toString(position.offset()));
    }
    byte[] accepted = key;
    if (key == null && limits.needsKey(output)) {
      metrics.adjusted(Adjustment.KEY_GIVEN);
      accepted = DeadLetters.positionText(position).getBytes(UTF_8);
    }
    return new Record<>(accepted, value, record.timestamp(), headers);
  }

  private boolean fits(OutputTopic output, Record<byte[], byte[]> message) {
    return MessageSize.of(message.key(), message.value(), message.headers())
        <= limits.largest(output);
  }

  private static void put(Headers headers, String name, String value) {
    headers.remove(name).add(name, value.getBytes(UTF_8));
  }
}
