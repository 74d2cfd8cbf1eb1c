package io.lowtide.stream.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lowtide.stream.metrics.StreamMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class VitalsTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final StreamMetrics metrics = new StreamMetrics(meters);
  private OptionalLong lag = OptionalLong.empty();
  private final Vitals vitals = new Vitals(meters, () -> lag);

  private void score(int count, long nanos) {
    for (int i = 0; i < count; i++) {
      metrics.recordIn();
      metrics.scoreTook(nanos, 14);
      metrics.scored();
    }
  }

  @Test
  void shouldMeasureTheRateFromOneTimeToTheNext() {
    score(100, 4_000);
    assertThat(vitals.measure(SECOND).has("perSecond")).isFalse();
    score(300, 4_000);
    ObjectNode measured = vitals.measure(3 * SECOND);
    assertThat(measured.get("perSecond").asDouble()).isEqualTo(150);
    assertThat(measured.get("scored").asLong()).isEqualTo(400);
    assertThat(vitals.rates()).hasSize(1);
    vitals.pause();
    assertThat(vitals.measure(900 * SECOND).has("perSecond")).isFalse();
    assertThat(vitals.rates()).isEmpty();
  }

  @Test
  void shouldTellTheLatencyOfTheLastMinuteRatherThanOfAllTime() {
    assertThat(vitals.measure(SECOND).has("latency")).isFalse();
    score(1_000, 15_000);
    assertThat(vitals.measure(2 * SECOND).get("latency").get("recent").asBoolean()).isFalse();
    score(100, 60_000);
    ObjectNode measured = vitals.measure(3 * SECOND);
    assertThat(measured.get("latency").get("recent").asBoolean()).isTrue();
    assertThat(measured.get("latency").get("median").asDouble())
        .isCloseTo(62_500, within(13_000.0));
    assertThat(vitals.measure(900 * SECOND).get("latency").get("recent").asBoolean()).isFalse();
  }

  @Test
  void shouldTellTheLagOnlyWhereItIsKnown() {
    assertThat(vitals.measure(SECOND).has("lag")).isFalse();
    lag = OptionalLong.of(42);
    assertThat(vitals.measure(2 * SECOND).get("lag").asLong()).isEqualTo(42);
  }
}
