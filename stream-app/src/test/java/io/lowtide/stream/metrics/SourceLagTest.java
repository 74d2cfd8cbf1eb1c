package io.lowtide.stream.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.Test;

class SourceLagTest {

  private static Metric metric(String name, Map<String, String> tags, Object value) {
    MetricName full = new MetricName(name, "consumer-fetch-manager-metrics", "", tags);
    return new Metric() {
      @Override
      public MetricName metricName() {
        return full;
      }

      @Override
      public Object metricValue() {
        return value;
      }
    };
  }

  private static Metric lag(String topic, String partition, double records) {
    return metric("records-lag", Map.of("topic", topic, "partition", partition), records);
  }

  @Test
  void shouldSumThePartitionsOfTheSourceTopics() {
    assertThat(
            SourceLag.of(
                List.of(
                    lag("readings", "0", 7),
                    lag("readings", "1", 5),
                    lag("readings", "2", Double.NaN),
                    lag("other", "0", 900),
                    metric("records-lag-max", Map.of("client-id", "c"), 900.0)),
                List.of("readings")))
        .hasValue(12);
  }

  @Test
  void shouldBeUnknownBeforeAnythingWasRead() {
    assertThat(SourceLag.of(List.of(), List.of("readings"))).isEmpty();
  }
}
