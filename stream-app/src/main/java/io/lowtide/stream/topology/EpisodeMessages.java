package io.lowtide.stream.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.schemas.Episode;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.deadletter.DeadLetters;
import io.lowtide.stream.output.MessageSize;
import io.lowtide.stream.output.OutputLimits;
import io.lowtide.stream.refusal.Refusals;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** Makes the messages about episodes, under their ids, so that the brokers take them. */
final class EpisodeMessages {

  private final Map<OutputTopic, String> topics;
  private final AvroSerializer<Episode> serializer;
  private final OutputLimits limits;
  private final Refusals refusals;

  EpisodeMessages(
      Map<OutputTopic, String> topics,
      AvroSerializer<Episode> serializer,
      OutputLimits limits,
      Refusals refusals) {
    this.topics = topics;
    this.serializer = serializer;
    this.limits = limits;
    this.refusals = refusals;
  }

  /** Whether there is a topic for them. */
  boolean areWanted() {
    return topics.containsKey(OutputTopic.EPISODES);
  }

  /**
   * The messages about changes.
   *
   * @param timestamp that every topic takes, in milliseconds since 1970
   * @param position of the record that brought them about, if one did
   */
  List<Record<byte[], byte[]>> of(
      List<Episode> told, long timestamp, Optional<RecordMetadata> position) {
    List<Record<byte[], byte[]>> messages = new ArrayList<>(told.size());
    for (Episode episode : told) {
      messages.add(message(episode, timestamp, position));
    }
    return messages;
  }

  private Record<byte[], byte[]> message(
      Episode episode, long timestamp, Optional<RecordMetadata> position) {
    Record<byte[], byte[]> whole =
        new Record<>(
            episode.getId().getBytes(UTF_8),
            value(episode),
            timestamp,
            refusals.any() ? position.map(EpisodeMessages::headers).orElse(null) : null);
    return fits(whole) ? whole : whole.withValue(value(shortened(episode)));
  }

  private byte[] value(Episode episode) {
    return serializer.serialize(topics.get(OutputTopic.EPISODES), episode);
  }

  private boolean fits(Record<byte[], byte[]> message) {
    return MessageSize.of(message.key(), message.value(), message.headers())
        <= limits.largest(OutputTopic.EPISODES);
  }

  /** What is left is of bounded length, and fits the smallest topic that stops no start. */
  private static Episode shortened(Episode episode) {
    return Episode.newBuilder(episode).setKey(null).setFields(List.of()).build();
  }

  /** Where the record is that brought a message about. */
  static Headers headers(RecordMetadata position) {
    return new RecordHeaders()
        .add(DeadLetters.TOPIC, position.topic().getBytes(UTF_8))
        .add(DeadLetters.PARTITION, Integer.toString(position.partition()).getBytes(UTF_8))
        .add(DeadLetters.OFFSET, Long.toString(position.offset()).getBytes(UTF_8));
  }
}
