package io.lowtide.trainer.data;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Records on topics: by their position, or those of a key within some time. */
public final class RecordPositions {

  /** Stands for records without a key. */
  private static final String NO_KEY = "";

  private final Map<String, Map<Integer, Set<Long>>> offsets = new HashMap<>();
  private final Map<String, List<Span>> spans = new HashMap<>();

  /** From one time to another, both of it. */
  private record Span(long from, long to) {}

  /** Adds one; one that is there already is no other. */
  public void add(String topic, int partition, long offset) {
    offsets
        .computeIfAbsent(topic, unused -> new HashMap<>())
        .computeIfAbsent(partition, unused -> new HashSet<>())
        .add(offset);
  }

  /**
   * Adds the records of a key within some time, on any topic.
   *
   * @param key as alerts tell it: text, or hexadecimal where it is none; null for records without
   *     one
   * @param from timestamp of the first of them
   * @param to timestamp of the last of them
   */
  public void add(String key, Instant from, Instant to) {
    spans
        .computeIfAbsent(key == null ? NO_KEY : key, unused -> new ArrayList<>())
        .add(new Span(from.toEpochMilli(), to.toEpochMilli()));
  }

  /** Whether a record is among them. */
  public boolean contains(ConsumerRecord<byte[], byte[]> record) {
    return offsets
            .getOrDefault(record.topic(), Map.of())
            .getOrDefault(record.partition(), Set.of())
            .contains(record.offset())
        || !spans.isEmpty() && isWithin(record);
  }

  private boolean isWithin(ConsumerRecord<byte[], byte[]> record) {
    byte[] key = record.key();
    return key == null
        ? isWithin(NO_KEY, record.timestamp())
        : isWithin(new String(key, StandardCharsets.UTF_8), record.timestamp())
            || isWithin(HexFormat.of().formatHex(key), record.timestamp());
  }

  private boolean isWithin(String key, long timestamp) {
    return spans.getOrDefault(key, List.of()).stream()
        .anyMatch(span -> timestamp >= span.from && timestamp <= span.to);
  }
}
