package io.lowtide.density.suppression;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is known about the alerts of one key.
 *
 * @param published event times of its last published alerts, in the order of publication, in
 *     milliseconds since 1970; at most {@link #MOST_TIMES}
 * @param suppressed alerts withheld since the last of them
 */
public record SuppressionState(List<Long> published, long suppressed) {

  /**
   * Event times kept of a key. One would not do: a single record of a wrong date would take its
   * place, and let through what repeats the alert before.
   */
  static final int MOST_TIMES = 16;

  /** Copies the times. */
  public SuppressionState {
    published = List.copyOf(published);
  }

  /**
   * What is known once an alert was published.
   *
   * @param before what was known until then
   * @param eventTime of the alert
   */
  public static SuppressionState published(Optional<SuppressionState> before, long eventTime) {
    List<Long> times = new ArrayList<>(before.map(SuppressionState::published).orElse(List.of()));
    times.add(eventTime);
    return new SuppressionState(
        times.subList(Math.max(0, times.size() - MOST_TIMES), times.size()), 0);
  }

  /** What is known once another alert was withheld. */
  public SuppressionState withheld() {
    return new SuppressionState(published, suppressed + 1);
  }
}
