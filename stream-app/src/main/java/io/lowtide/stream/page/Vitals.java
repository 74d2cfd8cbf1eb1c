package io.lowtide.stream.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lowtide.stream.metrics.LatencyQuantiles;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Throughput, latency and lag of this instance, from its meters. Belongs to one thread. */
final class Vitals {

  private static final int RATES_KEPT = 120;

  /** A rate of less time says little. */
  private static final long SHORTEST_INTERVAL = Duration.ofMillis(500).toNanos();

  private static final long LATENCY_WINDOW = Duration.ofMinutes(1).toNanos();

  private final MeterRegistry meters;
  private final Supplier<OptionalLong> lag;
  private final Deque<Double> rates = new ArrayDeque<>();
  private final Deque<Latencies> latencies = new ArrayDeque<>();
  private double countedScores;
  private long countedAt;

  private record Latencies(long at, double count, CountAtBucket[] buckets) {}

  /**
   * @param lag records of the source topics that wait, if it is known
   */
  Vitals(MeterRegistry meters, Supplier<OptionalLong> lag) {
    this.meters = meters;
    this.lag = lag;
  }

  /**
   * Measures once more.
   *
   * @param now of {@link System#nanoTime}
   */
  ObjectNode measure(long now) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    double scored = count("lowtide.records.scored");
    if (countedAt == 0) {
      countedScores = scored;
      countedAt = now;
    } else if (now - countedAt >= SHORTEST_INTERVAL) {
      double rate = Math.max(0, (scored - countedScores) * 1e9 / (now - countedAt));
      rates.addLast(rate);
      if (rates.size() > RATES_KEPT) {
        rates.removeFirst();
      }
      node.put("perSecond", rate);
      countedScores = scored;
      countedAt = now;
    }
    node.put("in", Math.round(count("lowtide.records.in")))
        .put("scored", Math.round(scored))
        .put("deadLettered", Math.round(count("lowtide.records.dead.lettered")))
        .put("alertsPublished", Math.round(count("lowtide.alerts.published")))
        .put("alertsSuppressed", Math.round(count("lowtide.alerts.suppressed")));
    lag.get().ifPresent(records -> node.put("lag", records));
    addLatency(node, now);
    return node;
  }

  /** Scores per second, one for each measurement, oldest first. */
  ArrayNode rates() {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    rates.forEach(array::add);
    return array;
  }

  /** Forgets what came before: nobody was there to measure for. */
  void pause() {
    rates.clear();
    latencies.clear();
    countedAt = 0;
  }

  private double count(String name) {
    return meters.find(name).counters().stream().mapToDouble(Counter::count).sum();
  }

  /** Of the last minute, or, if nothing was scored in it, of all. */
  private void addLatency(ObjectNode node, long now) {
    Timer timer = meters.find("lowtide.score.latency").timer();
    if (timer == null || timer.count() == 0) {
      return;
    }
    Latencies current = new Latencies(now, timer.count(), timer.takeSnapshot().histogramCounts());
    latencies.addLast(current);
    while (now - latencies.getFirst().at() > LATENCY_WINDOW) {
      latencies.removeFirst();
    }
    Latencies before = latencies.getFirst();
    boolean recent = current.count() > before.count();
    LatencyQuantiles quantiles =
        recent
            ? LatencyQuantiles.of(
                difference(current.buckets(), before.buckets()), current.count() - before.count())
            : LatencyQuantiles.of(current.buckets(), current.count());
    node.putObject("latency")
        .put("median", quantiles.median().toNanos())
        .put("percentile99", quantiles.percentile99().toNanos())
        .put("recent", recent);
  }

  private static CountAtBucket[] difference(CountAtBucket[] later, CountAtBucket[] earlier) {
    CountAtBucket[] difference = new CountAtBucket[later.length];
    for (int i = 0; i < later.length; i++) {
      difference[i] = new CountAtBucket(later[i].bucket(), later[i].count() - earlier[i].count());
    }
    return difference;
  }
}
