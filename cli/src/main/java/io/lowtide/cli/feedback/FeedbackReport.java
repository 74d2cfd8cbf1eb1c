package io.lowtide.cli.feedback;

import io.lowtide.kafka.alert.Printable;
import io.lowtide.kafka.feedback.Precision;
import io.lowtide.schemas.Feedback;
import io.lowtide.schemas.SeverityLevel;
import java.util.List;
import java.util.Locale;

/** Feedback as text. */
final class FeedbackReport {

  private FeedbackReport() {}

  /** One line for a person. */
  static String line(Feedback feedback) {
    return String.format(
        Locale.ROOT,
        "%s  %-7s  %-8s  %s%s  %s%s",
        feedback.getGivenAt(),
        feedback.getVerdict(),
        feedback.getLevel() == null ? "no level" : feedback.getLevel(),
        feedback.getEpisode() ? "episode " : "",
        Printable.of(feedback.getId()),
        feedback.getKey() == null ? "no key" : Printable.of(feedback.getKey()),
        feedback.getNote() == null ? "" : "  " + Printable.of(feedback.getNote()));
  }

  /** A line for each, and a table of precision. */
  static String of(List<Feedback> said) {
    if (said.isEmpty()) {
      return String.format("Nothing was said yet.%n");
    }
    StringBuilder text = new StringBuilder();
    said.forEach(feedback -> text.append(line(feedback)).append(System.lineSeparator()));
    text.append(
        String.format(
            Locale.ROOT,
            "%n%-10s %10s %10s %10s   %s%n",
            "level",
            "judged",
            "anomalies",
            "normal",
            "precision"));
    for (Precision precision : Precision.perLevel(said)) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-10s %,10d %,10d %,10d   %.1f %%%n",
              precision.level().map(SeverityLevel::name).orElse("no level"),
              precision.anomalies() + precision.normal(),
              precision.anomalies(),
              precision.normal(),
              100 * precision.share()));
    }
    return text.toString();
  }
}
