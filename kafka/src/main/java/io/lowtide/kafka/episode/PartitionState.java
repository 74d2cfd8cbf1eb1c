package io.lowtide.kafka.episode;

import java.time.Duration;
import java.util.Arrays;

/**
 * What the records of one source partition have told so far about time, and about the detector. It
 * follows from the records and their order alone, and is stored with what else is known, so that a
 * restart changes nothing. Immutable.
 *
 * <p>No event time is trusted by itself: the clock of the partition is the median of the last nine,
 * so that up to four records of a wrong date in a row do not move it.
 */
public final class PartitionState {

  /** What became of a record. */
  public enum Outcome {
    /** It has a score, and is normal. */
    NORMAL,
    /** It has a score, and is an anomaly, told of or not. */
    ANOMALY,
    /** It has no score. */
    UNSCORABLE
  }

  /** Scored records that the rate of anomalies is a mean over, more or less. */
  public static final int SCORED_HORIZON = 1_000;

  /** Records that the rate of those without a score is a mean over, more or less. */
  static final int RECORD_HORIZON = 100;

  /** Event times that make the clock. */
  static final int MOST_TIMES = 9;

  private static final long LONGEST_STEP = Duration.ofMinutes(1).toMillis();
  private static final long NEVER = Long.MIN_VALUE;

  private final long[] times;
  private final long time;
  private final long steadyTime;
  private final long scored;
  private final double anomalyRate;
  private final double unscorableRate;
  private final long unscorableSince;
  private final long alertsBefore;

  /**
   * @param times event times of the last records, the latest one last, in milliseconds since 1970;
   *     at most nine
   * @param steadyTime {@link #steadyTime()}
   * @param scored {@link #scored()}
   * @param anomalyRate {@link #anomalyRate()}
   * @param unscorableRate {@link #unscorableRate()}
   * @param unscorableSince {@link #unscorableSince()}
   * @param alertsBefore {@link #alertsBefore()}
   */
  public PartitionState(
      long[] times,
      long steadyTime,
      long scored,
      double anomalyRate,
      double unscorableRate,
      long unscorableSince,
      long alertsBefore) {
    this(
        times.clone(),
        median(times),
        steadyTime,
        scored,
        anomalyRate,
        unscorableRate,
        unscorableSince,
        alertsBefore);
  }

  private PartitionState(
      long[] times,
      long time,
      long steadyTime,
      long scored,
      double anomalyRate,
      double unscorableRate,
      long unscorableSince,
      long alertsBefore) {
    this.times = times;
    this.time = time;
    this.steadyTime = steadyTime;
    this.scored = scored;
    this.anomalyRate = anomalyRate;
    this.unscorableRate = unscorableRate;
    this.unscorableSince = unscorableSince;
    this.alertsBefore = alertsBefore;
  }

  /**
   * Before the first record.
   *
   * @param alertsBefore {@link #alertsBefore()}
   */
  public static PartitionState initial(long alertsBefore) {
    return new PartitionState(new long[0], NEVER, 0, 0, 0, NEVER, alertsBefore);
  }

  /** The state after one more record of that event time. */
  public PartitionState after(long eventTime, Outcome outcome) {
    long[] next = Arrays.copyOfRange(times, times.length == MOST_TIMES ? 1 : 0, times.length + 1);
    next[next.length - 1] = eventTime;
    boolean hasScore = outcome != Outcome.UNSCORABLE;
    long known = hasScore ? Math.min(SCORED_HORIZON, scored + 1) : scored;
    double anomalies =
        hasScore
            ? anomalyRate + ((outcome == Outcome.ANOMALY ? 1 : 0) - anomalyRate) / known
            : anomalyRate;
    double unscorable = unscorableRate + ((hasScore ? 0 : 1) - unscorableRate) / RECORD_HORIZON;
    boolean rises = unscorableSince == NEVER && !hasScore;
    boolean falls = unscorable < 1.0 / RECORD_HORIZON;
    long median = median(next);
    return new PartitionState(
        next,
        median,
        steadyAfter(next, median),
        known,
        anomalies,
        unscorable,
        rises ? eventTime : falls ? NEVER : unscorableSince,
        alertsBefore);
  }

  private long steadyAfter(long[] next, long median) {
    if (next.length < MOST_TIMES) {
      return NEVER;
    }
    if (steadyTime == NEVER) {
      // Too early a beginning forgets nothing, too late a one forgets what is of use.
      return Arrays.stream(next).min().getAsLong();
    }
    return Math.max(steadyTime, Math.min(median, steadyTime + LONGEST_STEP));
  }

  private static long median(long[] times) {
    if (times.length == 0) {
      return NEVER;
    }
    long[] sorted = times.clone();
    Arrays.sort(sorted);
    return sorted[(sorted.length - 1) / 2];
  }

  /** The time that the partition has come to, in milliseconds since 1970; it may go back. */
  public long time() {
    return time;
  }

  /**
   * The same for what cannot be taken back: it moves by a minute at most for each record, never
   * back, and may lag behind a stream with long pauses. It begins with the earliest of the first
   * nine records; before there are nine it is the earliest time there is.
   */
  public long steadyTime() {
    return steadyTime;
  }

  /** Event times of the last records, the latest one last. */
  public long[] times() {
    return times.clone();
  }

  /** Scored records, counted up to {@link #SCORED_HORIZON}. */
  public long scored() {
    return scored;
  }

  /** Share of anomalies among the last scored records, exponentially weighted. */
  public double anomalyRate() {
    return anomalyRate;
  }

  /** Share of records without a score among the last ones, exponentially weighted. */
  public double unscorableRate() {
    return unscorableRate;
  }

  /**
   * Event time of the first record without a score since there were none for a while; the earliest
   * there is if there are none.
   */
  public long unscorableSince() {
    return unscorableSince;
  }

  /**
   * How many anomalies had been remembered by the suppression of alerts when this state began: what
   * was remembered before belongs to no episode yet.
   */
  public long alertsBefore() {
    return alertsBefore;
  }
}
