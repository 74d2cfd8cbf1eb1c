package io.lowtide.density.suppression;

import java.time.Duration;

/**
 * Says which alerts repeat a published one: those of the same key less than the window away from
 * one of its last published alerts in event time, before or after. They are withheld and counted. A
 * window of zero withholds none, and alerts of records without a key are never withheld.
 */
public final class SuppressionWindow {

  private final long milliseconds;

  /**
   * @param length zero or longer
   */
  public SuppressionWindow(Duration length) {
    this.milliseconds = length.toMillis();
  }

  /** Whether an alert of this key may be withheld, so that its alerts are to be remembered. */
  public boolean appliesTo(byte[] key) {
    return key != null && milliseconds > 0;
  }

  /** Whether an alert at an event time repeats a published one. */
  public boolean isRepeat(SuppressionState known, long eventTime) {
    for (long published : known.published()) {
      if (Math.abs(eventTime - published) < milliseconds) {
        return true;
      }
    }
    return false;
  }
}
