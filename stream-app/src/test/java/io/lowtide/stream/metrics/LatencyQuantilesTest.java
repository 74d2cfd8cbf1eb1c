package io.lowtide.stream.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.distribution.CountAtBucket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LatencyQuantilesTest {

  @Test
  void shouldInterpolateWithinBucketsAndStopAtTheLast() {
    CountAtBucket[] buckets = {
      new CountAtBucket(1_000.0, 0), new CountAtBucket(2_000.0, 80), new CountAtBucket(3_000.0, 98)
    };
    LatencyQuantiles quantiles = LatencyQuantiles.of(buckets, 100);
    assertThat(quantiles.median()).isEqualTo(Duration.ofNanos(1_625));
    assertThat(quantiles.percentile99()).isEqualTo(Duration.ofNanos(3_000));
  }
}
