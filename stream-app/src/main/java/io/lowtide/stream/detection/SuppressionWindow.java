package io.lowtide.stream.detection;

import java.time.Duration;

/**
 * Says which alerts repeat a published one: those of the same key less than the window away from it
 * in event time. They are withheld and counted. A window of zero withholds none, and alerts of
 * records without a key are never withheld.
 */
public final class SuppressionWindow {

  /** How long a count of withheld alerts is kept for the key's next alert. */
  private static final Duration COUNT_RETENTION = Duration.ofDays(7);

  private final long milliseconds;

  /**
   * @param length zero or longer
   */
  public SuppressionWindow(Duration length) {
    this.milliseconds = length.toMillis();
  }

  /** Whether an alert of this key may be withheld, so that its alerts are to be remembered. */
  boolean appliesTo(byte[] key) {
    return key != null && milliseconds > 0;
  }

  /** Whether an alert at an event time repeats the published one. */
  boolean isRepeat(SuppressionState published, long eventTime) {
    return Math.abs(eventTime - published.publishedAt()) < milliseconds;
  }

  /** Whether what is known about a key's alerts is of no more use at a time of the stream. */
  public boolean isOver(SuppressionState state, long streamTime) {
    boolean countIsOwed = state.suppressed() > 0;
    return streamTime - state.publishedAt()
        >= (countIsOwed ? Math.max(milliseconds, COUNT_RETENTION.toMillis()) : milliseconds);
  }
}
