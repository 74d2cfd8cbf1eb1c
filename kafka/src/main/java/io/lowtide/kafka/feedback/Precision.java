package io.lowtide.kafka.feedback;

import io.lowtide.schemas.Feedback;
import io.lowtide.schemas.FeedbackVerdict;
import io.lowtide.schemas.SeverityLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How many of the alerts of one level that somebody judged there was something to.
 *
 * @param level the level; empty for what has none
 * @param anomalies judged to be anomalies
 * @param normal judged to be normal
 */
public record Precision(Optional<SeverityLevel> level, long anomalies, long normal) {

  /** Of each level that something was judged of, the most severe first. */
  public static List<Precision> perLevel(List<Feedback> judged) {
    List<Optional<SeverityLevel>> levels = new ArrayList<>();
    SeverityLevel[] all = SeverityLevel.values();
    for (int i = all.length - 1; i >= 0; i--) {
      levels.add(Optional.of(all[i]));
    }
    levels.add(Optional.empty());
    return levels.stream()
        .map(level -> of(level, judged))
        .filter(precision -> precision.anomalies() + precision.normal() > 0)
        .toList();
  }

  private static Precision of(Optional<SeverityLevel> level, List<Feedback> judged) {
    List<Feedback> ofLevel =
        judged.stream().filter(f -> Optional.ofNullable(f.getLevel()).equals(level)).toList();
    return new Precision(
        level, count(ofLevel, FeedbackVerdict.ANOMALY), count(ofLevel, FeedbackVerdict.NORMAL));
  }

  private static long count(List<Feedback> judged, FeedbackVerdict verdict) {
    return judged.stream().filter(feedback -> feedback.getVerdict() == verdict).count();
  }

  /** Share of anomalies among those judged, between 0 and 1. */
  public double share() {
    return (double) anomalies / (anomalies + normal);
  }
}
