package io.lowtide.kafka.topic;

import java.time.Instant;
import java.util.Locale;

/** Which part of a topic is meant. */
public sealed interface RecordWindow {

  /** For people. */
  String text();

  /**
   * Records by their timestamps.
   *
   * @param from the earliest
   * @param to the first that is too late
   */
  record Times(Instant from, Instant to) implements RecordWindow {

    @Override
    public String text() {
      return "from " + from + " to " + to;
    }

    boolean contains(long timestamp) {
      return timestamp >= from.toEpochMilli() && timestamp < to.toEpochMilli();
    }
  }

  /**
   * The last records, equally many of each partition as far as it has them.
   *
   * @param records number of them, at least 1; where the topic has gaps, as compaction and
   *     transactions leave them, somewhat fewer
   */
  record Last(long records) implements RecordWindow {

    @Override
    public String text() {
      return String.format(Locale.ROOT, "the last %,d records", records);
    }
  }
}
