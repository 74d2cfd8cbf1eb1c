package io.lowtide.stream.retry;

import java.time.Duration;

/** Waits that double from one repetition to the next, up to a longest one. */
final class Backoff {

  private final Duration maximum;
  private Duration next;

  Backoff(Duration initial, Duration maximum) {
    this.maximum = maximum;
    this.next = shorter(initial, maximum);
  }

  Duration next() {
    Duration current = next;
    next = shorter(current.multipliedBy(2), maximum);
    return current;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
