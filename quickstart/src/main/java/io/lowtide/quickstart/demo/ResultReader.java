package io.lowtide.quickstart.demo;

import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.kafka.topic.TopicReader;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.stream.deadletter.DeadLetters;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Reads what became of the streamed messages, as any consumer would (committed messages only), and
 * holds it against the truth.
 */
final class ResultReader implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);

  private final String scoresTopic;
  private final Truth truth;
  private final TopicReader reader;
  private final AvroDeserializer<ScoredRecord> scores;
  private Tally tally;

  ResultReader(
      ConnectionSettings connection,
      SchemaRegistry registry,
      String scoresTopic,
      String deadLetterTopic,
      Truth truth) {
    this.scoresTopic = scoresTopic;
    this.truth = truth;
    this.scores = AvroDeserializer.specific(registry, ScoredRecord.class);
    this.reader =
        new TopicReader(connection.clientProperties(), List.of(scoresTopic, deadLetterTopic));
  }

  /**
   * Reads until as many messages as expected are accounted for, going on from the last call.
   *
   * @param expected messages sent since then
   * @param patience how long to wait without any progress
   * @return the tally of these; it falls short of {@code expected} if the patience ran out
   */
  Tally readUntil(long expected, Duration patience) {
    Instant deadline = Instant.now().plus(patience);
    tally = new Tally();
    long seen = 0;
    while (seen < expected && Instant.now().isBefore(deadline)) {
      for (ConsumerRecord<byte[], byte[]> message : reader.poll(POLL)) {
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
    reader.close();
  }
}
