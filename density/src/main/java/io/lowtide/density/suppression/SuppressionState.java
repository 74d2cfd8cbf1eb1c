package io.lowtide.density.suppression;

import io.lowtide.schemas.SeverityLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is known about the alerts of one key.
 *
 * @param published its last published alerts, in the order of publication; at most {@link #MOST}
 * @param suppressed alerts withheld since the last of them
 */
public record SuppressionState(List<Published> published, long suppressed) {

  /**
   * Alerts kept of a key. One would not do: a single record of a wrong date would take its place,
   * and let through what repeats the alert before.
   */
  public static final int MOST = 16;

  /**
   * A published alert.
   *
   * @param eventTime of its record, in milliseconds since 1970
   * @param level how severe it is
   */
  public record Published(long eventTime, SeverityLevel level) {}

  /** Copies the alerts. */
  public SuppressionState {
    published = List.copyOf(published);
  }

  /**
   * What is known once an alert was published.
   *
   * @param before what was known until then
   * @param alert the alert
   */
  public static SuppressionState published(Optional<SuppressionState> before, Published alert) {
    List<Published> alerts =
        new ArrayList<>(before.map(SuppressionState::published).orElse(List.of()));
    alerts.add(alert);
    return new SuppressionState(
        alerts.subList(Math.max(0, alerts.size() - MOST), alerts.size()), 0);
  }

  /** What is known once another alert was withheld. */
  public SuppressionState withheld() {
    return new SuppressionState(published, suppressed + 1);
  }
}
