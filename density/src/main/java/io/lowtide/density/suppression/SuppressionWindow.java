package io.lowtide.density.suppression;

import java.time.Duration;

/**
 * Says which alerts repeat a published one: those of the same key less than the window away from
 * one of its last published alerts in event time, before or after, that is at least as severe by
 * its level. They are withheld and counted; one of a higher level than all within the window is
 * news. A window of zero withholds none, and alerts of records without a key are never withheld.
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

  /** Whether an alert repeats a published one. */
  public boolean isRepeat(SuppressionState known, SuppressionState.Published alert) {
    for (SuppressionState.Published published : known.published()) {
      if (Math.abs(alert.eventTime() - published.eventTime()) < milliseconds
          && alert.level().compareTo(published.level()) <= 0) {
        return true;
      }
    }
    return false;
  }
}
