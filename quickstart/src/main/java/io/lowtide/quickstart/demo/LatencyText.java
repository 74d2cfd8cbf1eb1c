package io.lowtide.quickstart.demo;

import java.time.Duration;
import java.util.Locale;

/** Latencies for people. */
final class LatencyText {

  private LatencyText() {}

  /** In microseconds or milliseconds. */
  static String of(Duration duration) {
    double micros = duration.toNanos() / 1e3;
    return micros < 1000
        ? String.format(Locale.ROOT, "%.0f us", micros)
        : String.format(Locale.ROOT, "%.1f ms", micros / 1e3);
  }
}
