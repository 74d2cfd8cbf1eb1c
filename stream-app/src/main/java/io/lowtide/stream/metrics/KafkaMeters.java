package io.lowtide.stream.metrics;

import io.micrometer.core.instrument.config.MeterFilter;
import java.util.List;

/** Chooses the few of Kafka's some six hundred meters that tell how the stream is doing. */
public final class KafkaMeters {

  private static final String PREFIX = "kafka.";

  private static final List<String> KEPT =
      List.of(
          "kafka.consumer.fetch.manager.records.lag.max",
          "kafka.consumer.fetch.manager.records.consumed.total",
          "kafka.consumer.fetch.manager.bytes.consumed.total",
          "kafka.consumer.coordinator.rebalance.total",
          "kafka.consumer.coordinator.failed.rebalance.total",
          "kafka.producer.record.send.total",
          "kafka.producer.record.error.total",
          "kafka.producer.txn.commit.time.ns.total",
          "kafka.stream.thread.process.total",
          "kafka.stream.thread.process.latency.avg",
          "kafka.stream.thread.process.latency.max",
          "kafka.stream.thread.commit.total",
          "kafka.stream.thread.commit.latency.avg",
          "kafka.stream.thread.commit.latency.max",
          "kafka.stream.thread.task.created.total",
          "kafka.stream.thread.task.closed.total",
          "kafka.stream.alive.stream.threads",
          "kafka.stream.failed.stream.threads");

  private KafkaMeters() {}

  /** Denies Kafka's other meters. */
  public static MeterFilter filter() {
    return MeterFilter.denyUnless(
        id -> !id.getName().startsWith(PREFIX) || KEPT.contains(id.getName()));
  }
}
