package io.lowtide.quickstart.demo;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import java.time.Duration;
import java.util.Locale;

/**
 * Quantiles of a latency, read off a histogram by interpolation within its buckets.
 *
 * @param median half of the scores took no longer
 * @param percentile99 99 % of the scores took no longer
 */
record LatencyQuantiles(Duration median, Duration percentile99) {

  static LatencyQuantiles of(Timer timer) {
    CountAtBucket[] buckets = timer.takeSnapshot().histogramCounts();
    return new LatencyQuantiles(
        quantile(buckets, timer.count(), 0.5), quantile(buckets, timer.count(), 0.99));
  }

  private static Duration quantile(CountAtBucket[] buckets, long total, double fraction) {
    double wanted = fraction * total;
    double belowCount = 0;
    double belowNanos = 0;
    for (CountAtBucket bucket : buckets) {
      if (bucket.count() >= wanted) {
        double share = (wanted - belowCount) / (bucket.count() - belowCount);
        return Duration.ofNanos(Math.round(belowNanos + share * (bucket.bucket() - belowNanos)));
      }
      belowCount = bucket.count();
      belowNanos = bucket.bucket();
    }
    return Duration.ofNanos(Math.round(belowNanos));
  }

  /** In microseconds or milliseconds. */
  static String text(Duration duration) {
    double micros = duration.toNanos() / 1e3;
    return micros < 1000
        ? String.format(Locale.ROOT, "%.0f us", micros)
        : String.format(Locale.ROOT, "%.1f ms", micros / 1e3);
  }
}
