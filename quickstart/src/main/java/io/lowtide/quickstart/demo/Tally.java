package io.lowtide.quickstart.demo;

import io.lowtide.quickstart.traffic.LabelledRecord;
import java.util.Map;
import java.util.TreeMap;

/** Counts what the detector said of each kind of record. Belongs to one thread. */
final class Tally {

  /** Records of one kind. */
  static final class Count {

    long scored;
    long flagged;
    long deadLettered;
  }

  private final Map<String, Count> counts = new TreeMap<>();

  void scored(String kind, boolean flagged) {
    Count count = count(kind);
    count.scored++;
    if (flagged) {
      count.flagged++;
    }
  }

  void deadLettered(String kind) {
    count(kind).deadLettered++;
  }

  private Count count(String kind) {
    return counts.computeIfAbsent(kind, unused -> new Count());
  }

  /** Counts by kind, in alphabetical order. */
  Map<String, Count> counts() {
    return counts;
  }

  long scored() {
    return counts.values().stream().mapToLong(count -> count.scored).sum();
  }

  long deadLettered() {
    return counts.values().stream().mapToLong(count -> count.deadLettered).sum();
  }

  long flagged() {
    return counts.values().stream().mapToLong(count -> count.flagged).sum();
  }

  /** What became of the normal records. */
  Count normal() {
    return count(LabelledRecord.NORMAL);
  }

  /** Share of the normal records that were flagged. */
  double falseAlarmRate() {
    Count normal = normal();
    return normal.scored == 0 ? 0 : (double) normal.flagged / normal.scored;
  }
}
