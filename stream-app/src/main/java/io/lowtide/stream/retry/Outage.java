package io.lowtide.stream.retry;

import io.lowtide.stream.metrics.StreamMetrics;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows whether one thing that the application depends on is away, since when, and whether records
 * wait for it. Two kinds of evidence count: uses that fail, and the answers to a {@link
 * DependencyWatch}, which asks all the time. An outage is one log line when it begins, one when it
 * is over, and is counted once, however many failures lie between. Safe for use by many threads.
 */
public final class Outage {

  /** Failures for less than this are no outage: a reconnection, a long garbage collection. */
  static final Duration GRACE = Duration.ofSeconds(2);

  /** An outage is over after this long without a failure, so that coming and going is one. */
  static final Duration STEADY = Duration.ofSeconds(3);

  /**
   * What failed when used, and has neither failed again nor succeeded for this long while the watch
   * got answers, is waited for no more: another instance has its records now. Longer than a thread
   * takes to give records back and read them again.
   */
  static final Duration FORGOTTEN = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(Outage.class);

  private final Dependency dependency;
  private final String place;
  private final StreamMetrics metrics;
  private final LongSupplier clock;
  private final Failures ofUse = new Failures();
  private final Failures ofWatch = new Failures();
  private boolean away;
  private long since;
  private Instant sinceInstant;
  private String reason = "";

  /**
   * What is away.
   *
   * @param what the thing and its place, for the middle of a sentence
   * @param since when it was first missed
   * @param seconds how long ago that was
   * @param reason what the first failure said
   * @param waitedFor whether records wait for it
   */
  public record UnderWay(
      String what, Instant since, double seconds, String reason, boolean waitedFor) {

    @Override
    public String toString() {
      return what + ", away since " + since + " (" + reason + ")";
    }
  }

  /**
   * @param dependency what may be away
   * @param place where it is, without credentials
   * @param metrics counts outages and tells how long one lasts
   */
  public Outage(Dependency dependency, String place, StreamMetrics metrics) {
    this(dependency, place, metrics, System::nanoTime);
  }

  Outage(Dependency dependency, String place, StreamMetrics metrics, LongSupplier clock) {
    this.dependency = dependency;
    this.place = place;
    this.metrics = metrics;
    this.clock = clock;
    metrics.gaugeOutage(dependency.label(), () -> underWay().map(UnderWay::seconds).orElse(0.0));
  }

  /** A use of it failed for a reason that passes. */
  public synchronized void failed(Throwable fault) {
    metrics.transientFault();
    ofUse.add(fault, clock.getAsLong());
    update();
  }

  /** The use that had failed has now succeeded. */
  public synchronized void recovered() {
    ofUse.clear();
    update();
  }

  /** It does not answer to the watch. */
  synchronized void unanswered(Throwable fault) {
    ofWatch.add(fault, clock.getAsLong());
    update();
  }

  /** It answers to the watch. */
  synchronized void answered() {
    ofWatch.clear();
    if (ofUse.quietFor(FORGOTTEN, clock.getAsLong())) {
      ofUse.clear();
    }
    update();
  }

  /** What is away now, if it is. */
  public synchronized Optional<UnderWay> underWay() {
    update();
    if (!away) {
      return Optional.empty();
    }
    long nanos = clock.getAsLong() - since;
    return Optional.of(
        new UnderWay(
            what(),
            sinceInstant,
            nanos / 1e9,
            reason,
            dependency == Dependency.KAFKA || ofUse.present()));
  }

  private void update() {
    long now = clock.getAsLong();
    if (!away && (ofUse.last(GRACE, now) || ofWatch.last(GRACE, now))) {
      begin();
    } else if (away
        && !ofUse.present()
        && !ofWatch.present()
        && ofUse.quietFor(STEADY, now)
        && ofWatch.quietFor(STEADY, now)) {
      end(now);
    }
  }

  private void begin() {
    away = true;
    Failures earlier =
        ofUse.present() && (!ofWatch.present() || ofUse.first() <= ofWatch.first())
            ? ofUse
            : ofWatch;
    since = earlier.first();
    sinceInstant =
        Instant.now().minusNanos(clock.getAsLong() - since).truncatedTo(ChronoUnit.SECONDS);
    reason = earlier.reason();
    metrics.outage(dependency.label());
    LOG.warn("No answer from {}: {}; what needs it waits, nothing is dropped", what(), reason);
  }

  private void end(long now) {
    away = false;
    LOG.info("Answers again after {} s: {}", (now - since) / 1_000_000_000L, what());
  }

  private String what() {
    return dependency.title() + " at " + place;
  }
}
