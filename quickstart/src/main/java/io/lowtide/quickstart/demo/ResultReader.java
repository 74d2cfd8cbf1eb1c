package io.lowtide.quickstart.demo;

import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.stream.deadletter.DeadLetters;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads what became of the streamed messages, as any consumer would (committed messages only), and
 * holds it against the truth.
 */
final class ResultReader implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);

  private final String scoresTopic;
  private final Truth truth;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final AvroDeserializer<ScoredRecord> scores;
  private final Tally tally = new Tally();

  ResultReader(
      String bootstrapServers,
      SchemaRegistry registry,
      String scoresTopic,
      String deadLetterTopic,
      Truth truth) {
    this.scoresTopic = scoresTopic;
    this.truth = truth;
    this.scores = AvroDeserializer.specific(registry, ScoredRecord.class);
    this.consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : List.of(scoresTopic, deadLetterTopic)) {
      consumer
          .partitionsFor(topic)
          .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /**
   * Reads until as many messages as expected are accounted for.
   *
   * @param expected messages sent
   * @param patience how long to wait without any progress
   * @return the tally; it falls short of {@code expected} if the patience ran out
   */
  Tally readUntil(long expected, Duration patience) {
    Instant deadline = Instant.now().plus(patience);
    long seen = 0;
    while (seen < expected && Instant.now().isBefore(deadline)) {
      for (ConsumerRecord<byte[], byte[]> message : consumer.poll(POLL)) {
        count(message);
        seen++;
        deadline = Instant.now().plus(patience);
      }
    }
    return tally;
  }

  private void count(ConsumerRecord<byte[], byte[]> message) {
    if (message.topic().equals(scoresTopic)) {
      ScoredRecord score = scores.deserialize(message.topic(), message.value());
      tally.scored(kind(score.getSource()), score.getAnomalous());
    } else {
      RecordPosition position =
          new RecordPosition(
              header(message, DeadLetters.TOPIC),
              Integer.parseInt(header(message, DeadLetters.PARTITION)),
              Long.parseLong(header(message, DeadLetters.OFFSET)));
      tally.deadLettered(kind(position));
    }
  }

  private String kind(RecordPosition position) {
    String kind = truth.kindAt(position);
    if (kind == null) {
      throw new IllegalStateException("a result for a message that was never sent: " + position);
    }
    return kind;
  }

  private static String header(ConsumerRecord<?, ?> message, String name) {
    Header header = message.headers().lastHeader(name);
    if (header == null) {
      throw new IllegalStateException("a dead letter without the header " + name);
    }
    return new String(header.value(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
