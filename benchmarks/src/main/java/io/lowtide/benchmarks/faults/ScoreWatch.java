package io.lowtide.benchmarks.faults;

import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.kafka.topic.TopicReader;
import io.lowtide.schemas.ScoredRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Follows the committed scores, and knows when there was last one of each source partition. */
final class ScoreWatch implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(20);

  private final Map<Integer, Long> lastSeen = new ConcurrentHashMap<>();
  private final TopicReader reader;
  private final AvroDeserializer<ScoredRecord> scores;
  private final Thread thread = new Thread(this::run, "score-watch");
  private volatile boolean closing;

  ScoreWatch(Map<String, Object> client, SchemaRegistry registry, String topic) {
    this.reader = new TopicReader(client, List.of(topic));
    this.scores = AvroDeserializer.specific(registry, ScoredRecord.class);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (!closing) {
      reader
          .poll(POLL)
          .forEach(
              message ->
                  lastSeen.put(
                      scores
                          .deserialize(message.topic(), message.value())
                          .getSource()
                          .getPartition(),
                      System.nanoTime()));
    }
    reader.close();
  }

  /** Whether there was a score of each of so many partitions after a time. */
  boolean hasAllSince(long nanoTime, int partitions) {
    return lastSeen.size() >= partitions
        && lastSeen.values().stream().allMatch(seen -> seen - nanoTime > 0);
  }

  @Override
  public void close() throws InterruptedException {
    closing = true;
    thread.join();
  }
}
