package io.lowtide.stream.detection;

import java.util.Optional;

/**
 * What is known about the alerts of one key.
 *
 * @param publishedAt event time of the last published alert, in milliseconds since 1970
 * @param suppressed alerts withheld since then
 */
public record SuppressionState(long publishedAt, long suppressed) {

  /**
   * What is known once an alert was published.
   *
   * @param before what was known until then
   * @param eventTime of the alert
   */
  static SuppressionState published(Optional<SuppressionState> before, long eventTime) {
    // A late record must not reopen the window of a newer alert.
    long latest = before.isPresent() ? Math.max(eventTime, before.get().publishedAt()) : eventTime;
    return new SuppressionState(latest, 0);
  }

  /** What is known once another alert was withheld. */
  SuppressionState withheld() {
    return new SuppressionState(publishedAt, suppressed + 1);
  }
}
