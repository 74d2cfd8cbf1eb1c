package io.lowtide.stream.metrics;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import java.time.Duration;

/**
 * Quantiles of a latency, read off a histogram by interpolation within its buckets.
 *
 * @param median half of the scores took no longer
 * @param percentile99 99 % of the scores took no longer
 */
public record LatencyQuantiles(Duration median, Duration percentile99) {

  /** Of all that a timer has recorded. */
  public static LatencyQuantiles of(Timer timer) {
    return of(timer.takeSnapshot().histogramCounts(), timer.count());
  }

  /**
   * Of a histogram.
   *
   * @param buckets with the counts of all values up to each bucket, in nanoseconds
   * @param total number of values, those beyond the last bucket included
   */
  public static LatencyQuantiles of(CountAtBucket[] buckets, double total) {
    return new LatencyQuantiles(quantile(buckets, total, 0.5), quantile(buckets, total, 0.99));
  }

  private static Duration quantile(CountAtBucket[] buckets, double total, double fraction) {
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
}
