package io.lowtide.cli.alerts;

import io.lowtide.density.calibration.Rarity;
import io.lowtide.density.explanation.StrongestFields;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.SeverityLevel;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Says which alerts and episodes are wanted.
 *
 * @param from the earliest event time
 * @param until all event times are before
 * @param atLeast the lowest level
 * @param keys of which the key must be one; none for any
 * @param fields of which one must be among the strongest; none for any
 * @param detector the only one
 */
record MessageFilter(
    Instant from,
    Instant until,
    Optional<SeverityLevel> atLeast,
    List<Pattern> keys,
    List<String> fields,
    Optional<String> detector) {

  private static final double LARGEST = Math.log10(Rarity.MOST);

  boolean accepts(AnomalyAlert alert) {
    return isInTime(alert.getEventTime(), alert.getEventTime())
        && atLeast.map(level -> level(alert).compareTo(level) >= 0).orElse(true)
        && isOfKey(alert.getKey())
        && isOfField(StrongestFields.of(alert.getContributions()))
        && isOfDetector(alert.getDetector());
  }

  /** An episode of records without a score has no level, and is wanted at every one. */
  boolean accepts(Episode episode) {
    return isInTime(episode.getFirstSeen(), episode.getLastSeen())
        && (episode.getWorst() == null
            || atLeast
                .map(level -> episode.getWorst().getLevel().compareTo(level) >= 0)
                .orElse(true))
        && isOfKey(episode.getKey())
        && isOfField(episode.getFields())
        && isOfDetector(episode.getDetector());
  }

  private boolean isInTime(Instant first, Instant last) {
    return !last.isBefore(from) && first.isBefore(until);
  }

  /** An alert from before there were levels has the one of its severity. */
  private static SeverityLevel level(AnomalyAlert alert) {
    if (alert.getLevel() != null) {
      return alert.getLevel();
    }
    double severity = Math.min(LARGEST, alert.getSeverity());
    return new Rarity((long) Math.pow(10, severity), false).level();
  }

  private boolean isOfKey(String key) {
    return keys.isEmpty()
        || (key != null && keys.stream().anyMatch(wanted -> wanted.matcher(key).matches()));
  }

  private boolean isOfField(List<String> strongest) {
    return fields.isEmpty() || fields.stream().anyMatch(strongest::contains);
  }

  private boolean isOfDetector(String name) {
    return detector.map(name::equals).orElse(true);
  }
}
