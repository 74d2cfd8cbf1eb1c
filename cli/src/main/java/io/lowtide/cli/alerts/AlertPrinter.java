package io.lowtide.cli.alerts;

import io.lowtide.density.explanation.AlertSummary;
import io.lowtide.kafka.alert.Printable;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.ContextValue;
import io.lowtide.schemas.DetectorState;
import io.lowtide.schemas.DriftDirection;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.schemas.RecordPosition;
import java.util.Locale;

/** Alerts as text. */
final class AlertPrinter {

  private static final int NARROWEST_NAME = 5;

  private AlertPrinter() {}

  /** One line for a person. */
  static String line(AnomalyAlert alert) {
    return String.format(
        Locale.ROOT,
        "%s  %s  %s  (%s)",
        alert.getEventTime(),
        alert.getKey() == null ? "no key" : Printable.of(alert.getKey()),
        Printable.of(alert.getSummary()),
        Printable.of(alert.getId()));
  }

  /** Several lines for a person, a line for each field. */
  static String readable(AnomalyAlert alert) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s  %s%s%n  %s%n",
            alert.getEventTime(),
            alert.getDetector(),
            alert.getKey() == null ? "" : "  key " + Printable.of(alert.getKey()),
            Printable.of(alert.getSummary())));
    text.append(
        String.format(
            Locale.ROOT,
            "  p = %.3g%s (budget %.3g), severity %.2f%s, log-likelihood %.2f nats%n",
            alert.getPValue(),
            alert.getCalibrationWindow() == null || alert.getCalibrationWindow() == 0
                ? ""
                : String.format(
                    Locale.ROOT,
                    " among the last %,d records of its partition",
                    alert.getCalibrationWindow()),
            alert.getBudget(),
            alert.getSeverity(),
            alert.getLevel() == null ? "" : " (" + alert.getLevel() + ")",
            alert.getLogLikelihood()));
    int width = NARROWEST_NAME;
    for (FieldContribution contribution : alert.getContributions()) {
      width = Math.max(width, contribution.getField().length());
    }
    String row = "    %-" + width + "s  %12s  %12s  %23s  %9s%n";
    text.append(String.format(Locale.ROOT, row, "field", "value", "normal", "expected", "nats"));
    for (FieldContribution contribution : alert.getContributions()) {
      text.append(
          String.format(
              Locale.ROOT,
              row,
              contribution.getField(),
              Printable.of(AlertSummary.value(contribution)),
              Printable.of(AlertSummary.normalValue(contribution)),
              Printable.of(AlertSummary.expected(contribution)),
              String.format(Locale.ROOT, "%+.2f", contribution.getContribution())));
    }
    for (ContextValue value : alert.getContext()) {
      text.append(
          String.format(
              Locale.ROOT,
              "  given %s%s = %s%n",
              value.getField(),
              value.getLag() == 0 ? "" : " " + value.getLag() + " before",
              Printable.of(value.getText())));
    }
    DetectorState state = alert.getDetectorState();
    if (state != null) {
      text.append(
          String.format(
              Locale.ROOT,
              "  of the last %,d records of its partition %.2g %% were anomalies (budget %.2g %%);"
                  + " the model is from %s%n",
              state.getScored(),
              100 * state.getAnomalyRate(),
              100 * state.getBudget(),
              state.getModelCreated()));
      if (Boolean.TRUE.equals(state.getDrifting())) {
        text.append(
            String.format(
                Locale.ROOT,
                "  the budget does not hold: records have drifted since about %s (%s p-values)%n",
                state.getDriftSince(),
                tooMany(state.getDriftDirection())));
      }
    }
    RecordPosition source = alert.getSource();
    text.append(
        String.format(
            Locale.ROOT,
            "  record %s, partition %d, offset %d; model %s, %d evaluations%s",
            source.getTopic(),
            source.getPartition(),
            source.getOffset(),
            alert.getModelVersion(),
            alert.getEvaluations(),
            alert.getSuppressed() == 0
                ? ""
                : "; " + alert.getSuppressed() + " repeats withheld before it"));
    return text.toString();
  }

  private static String tooMany(DriftDirection direction) {
    return switch (direction) {
      case TOO_MANY_LOW -> "too many low";
      case TOO_MANY_HIGH -> "too many high";
      case BOTH -> "too many low and high";
    };
  }
}
