package io.lowtide.stream.page;

import io.lowtide.kafka.registry.FloodProofRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.stream.config.StreamSettings;
import io.lowtide.stream.detection.ActiveModel;
import io.lowtide.stream.topology.SourceValues;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads a few of the newest records of the source topics now and then, through the consumer of the
 * {@link PageReader}, whose thread it belongs to: for the rest of the time they are paused.
 */
final class SourceSampler {

  private static final Duration BETWEEN_SAMPLES = Duration.ofSeconds(10);
  private static final Duration LONGEST_SAMPLE = Duration.ofSeconds(2);
  private static final int MOST_PARTITIONS = 8;
  private static final int RECORDS_OF_A_PARTITION = 300;

  /** Records may be large. */
  private static final long MOST_BYTES = 4 << 20;

  private final StreamSettings settings;
  private final SchemaRegistry schemas;
  private final RecentValues values;
  private final PageState state;
  private final List<TopicPartition> partitions = new ArrayList<>();
  private final Set<TopicPartition> sampled = new HashSet<>();
  private final Map<TopicPartition, Long> sampledTo = new HashMap<>();
  private Deserializer<?> deserializer;
  private long sampledAt;
  private long bytes;
  private boolean begun;

  /**
   * @param registry stays the caller's to close
   * @param inUse gives the model in use, or null
   */
  SourceSampler(
      StreamSettings settings,
      SchemaRegistry registry,
      Supplier<ActiveModel> inUse,
      PageState state) {
    this.settings = settings;
    this.schemas = new FloodProofRegistry(registry);
    this.values = new RecentValues(inUse);
    this.state = state;
  }

  /** The topics to be assigned to the consumer. */
  List<String> topics() {
    return settings.sourceTopics();
  }

  boolean isSource(String topic) {
    return topics().contains(topic);
  }

  /** Partitions were assigned; they wait until a sample is taken. */
  void assigned(Consumer<?, ?> consumer, List<TopicPartition> found) {
    partitions.addAll(found);
    consumer.pause(found);
  }

  /** Forgets the partitions: there is a new consumer. */
  void reset() {
    partitions.clear();
    sampled.clear();
    begun = false;
    if (deserializer == null) {
      deserializer = SourceValues.deserializer(settings, schemas);
    }
  }

  /**
   * Takes a sample if it is time, and ends one that is over.
   *
   * @param now of {@link System#nanoTime}
   */
  void tick(Consumer<?, ?> consumer, long now) {
    if (!sampled.isEmpty() && now - sampledAt > LONGEST_SAMPLE.toNanos()) {
      end(consumer);
    }
    if (!partitions.isEmpty() && (!begun || now - sampledAt > BETWEEN_SAMPLES.toNanos())) {
      begin(consumer, now);
    }
  }

  private void begin(Consumer<?, ?> consumer, long now) {
    begun = true;
    sampledAt = now;
    bytes = 0;
    Collections.rotate(partitions, -MOST_PARTITIONS);
    List<TopicPartition> chosen =
        partitions.subList(0, Math.min(MOST_PARTITIONS, partitions.size()));
    Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(chosen);
    Map<TopicPartition, Long> ends = consumer.endOffsets(chosen);
    for (TopicPartition partition : chosen) {
      long end = ends.get(partition);
      long sampledBefore = sampledTo.getOrDefault(partition, 0L);
      long from = Math.max(sampledBefore, end - RECORDS_OF_A_PARTITION);
      consumer.seek(partition, Math.max(beginnings.get(partition), from));
      sampledTo.put(partition, end);
      sampled.add(partition);
    }
    consumer.resume(chosen);
  }

  private void end(Consumer<?, ?> consumer) {
    consumer.pause(sampled);
    sampled.clear();
    state.setRecentValues(values.toJson());
  }

  /** Takes in a record of a source topic. */
  void take(Consumer<?, ?> consumer, ConsumerRecord<byte[], byte[]> message) {
    bytes += message.serializedValueSize();
    if (bytes > MOST_BYTES && !sampled.isEmpty()) {
      end(consumer);
    }
    if (sampled.isEmpty() || message.value() == null) {
      return;
    }
    try {
      Object value = deserializer.deserialize(message.topic(), message.headers(), message.value());
      if (value instanceof IndexedRecord record) {
        values.add(record);
      }
    } catch (RuntimeException unreadable) {
      // A dead letter, or a registry that is away: the next sample may have more.
    }
  }

  void close() {
    if (deserializer != null) {
      deserializer.close();
    }
  }
}
