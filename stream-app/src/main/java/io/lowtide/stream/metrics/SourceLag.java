package io.lowtide.stream.metrics;

import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/** How many records of the source topics wait, from the metrics of the consumers that read them. */
public final class SourceLag {

  private static final String GROUP = "consumer-fetch-manager-metrics";
  private static final String NAME = "records-lag";

  private SourceLag() {}

  /**
   * The records that wait in the partitions that are read here, as of the last answer about each.
   *
   * @param metrics of Kafka's clients
   * @return empty while no partition has been read
   */
  public static OptionalLong of(Collection<? extends Metric> metrics, List<String> topics) {
    long sum = 0;
    boolean known = false;
    for (Metric metric : metrics) {
      MetricName name = metric.metricName();
      if (name.name().equals(NAME)
          && name.group().equals(GROUP)
          && name.tags().containsKey("partition")
          && topics.contains(name.tags().get("topic"))
          && metric.metricValue() instanceof Double records
          && Double.isFinite(records)) {
        sum += records.longValue();
        known = true;
      }
    }
    return known ? OptionalLong.of(sum) : OptionalLong.empty();
  }
}
