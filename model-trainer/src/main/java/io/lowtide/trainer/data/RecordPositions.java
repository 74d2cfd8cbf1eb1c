package io.lowtide.trainer.data;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Positions of records on topics. */
public final class RecordPositions {

  private final Map<String, Map<Integer, Set<Long>>> offsets = new HashMap<>();

  /** Adds one; one that is there already is no other. */
  public void add(String topic, int partition, long offset) {
    offsets
        .computeIfAbsent(topic, unused -> new HashMap<>())
        .computeIfAbsent(partition, unused -> new HashSet<>())
        .add(offset);
  }

  /** Whether a position is among them. */
  public boolean contains(String topic, int partition, long offset) {
    return offsets.getOrDefault(topic, Map.of()).getOrDefault(partition, Set.of()).contains(offset);
  }

  /** Number of positions. */
  public long size() {
    return offsets.values().stream()
        .flatMap(partitions -> partitions.values().stream())
        .mapToLong(Set::size)
        .sum();
  }
}
