package io.lowtide.stream;

import java.time.Duration;

/**
 * How long a stream thread waits before another takes its place: longer each time, up to a longest
 * wait, and short again after a quiet time. Shared by all threads.
 */
final class ReplacementPace {

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(5);
  private static final Duration QUIET = Duration.ofMinutes(2);

  private Duration next = FIRST;
  private long last = Long.MIN_VALUE;

  /**
   * @param now a reading of {@link System#nanoTime}
   */
  synchronized Duration next(long now) {
    if (last == Long.MIN_VALUE || now - last > QUIET.toNanos()) {
      next = FIRST;
    }
    last = now;
    Duration current = next;
    Duration doubled = current.multipliedBy(2);
    next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
    return current;
  }
}
