package io.lowtide.stream.retry;

import io.lowtide.stream.metrics.StreamMetrics;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps track of whether something the application depends on is away, for all threads together:
 * one log line when it goes, one when it is back, however many repetitions lie between.
 */
public final class Outage {

  /**
   * A success elsewhere may have come from a cache: it ends the outage only after this long without
   * a failure, which is longer than any thread waits before it tries again.
   */
  private static final Duration QUIET = Duration.ofSeconds(45);

  private static final Logger LOG = LoggerFactory.getLogger(Outage.class);

  private final StreamMetrics metrics;
  private volatile boolean away;
  private long since;
  private volatile long lastFailure;

  /**
   * @param metrics where outages and failures are counted
   */
  public Outage(StreamMetrics metrics) {
    this.metrics = metrics;
  }

  /** Something failed for a transient reason. */
  void failed(String activity, Throwable fault) {
    metrics.transientFault();
    lastFailure = System.nanoTime();
    if (!away) {
      begin(activity, fault);
    }
  }

  /** What had failed has now succeeded. */
  void recovered() {
    if (away) {
      end();
    }
  }

  /** Something succeeded at the first attempt. Costs one volatile read while nothing is away. */
  public void succeeded() {
    if (away && System.nanoTime() - lastFailure > QUIET.toNanos()) {
      end();
    }
  }

  /** Whether something is away now. */
  public boolean isUnderWay() {
    return away;
  }

  private synchronized void begin(String activity, Throwable fault) {
    if (!away) {
      since = System.nanoTime();
      away = true;
      metrics.outage();
      LOG.warn(
          "{}: {}; waiting and trying again, nothing is dropped", activity, Faults.describe(fault));
    }
  }

  private synchronized void end() {
    if (away) {
      away = false;
      LOG.info("The outage is over after {} s", (System.nanoTime() - since) / 1_000_000_000L);
    }
  }
}
