package io.lowtide.cli.alerts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lowtide.density.explanation.AlertSummary;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.ContextValue;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.schemas.RecordPosition;
import java.io.UncheckedIOException;
import java.util.Locale;

/** Alerts as text. */
final class AlertPrinter {

  private static final int NARROWEST_NAME = 5;

  private static final ObjectMapper JSON = new ObjectMapper();

  private AlertPrinter() {}

  /** Several lines for a person, a line for each field. */
  static String readable(AnomalyAlert alert) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s  %s%s%n  %s%n",
            alert.getEventTime(),
            alert.getDetector(),
            alert.getKey() == null ? "" : "  key " + alert.getKey(),
            alert.getSummary()));
    text.append(
        String.format(
            Locale.ROOT,
            "  p = %.3g (budget %.3g), severity %.2f%s, log-likelihood %.2f nats%n",
            alert.getPValue(),
            alert.getBudget(),
            alert.getSeverity(),
            alert.getLevel() == null ? "" : " (" + alert.getLevel() + ")",
            alert.getLogLikelihood()));
    int width = NARROWEST_NAME;
    for (FieldContribution contribution : alert.getContributions()) {
      width = Math.max(width, contribution.getField().length());
    }
    String row = "    %-" + width + "s  %12s  %12s  %9s%n";
    text.append(String.format(Locale.ROOT, row, "field", "value", "normal", "nats"));
    for (FieldContribution contribution : alert.getContributions()) {
      text.append(
          String.format(
              Locale.ROOT,
              row,
              contribution.getField(),
              AlertSummary.value(contribution),
              AlertSummary.normalValue(contribution),
              String.format(Locale.ROOT, "%+.2f", contribution.getContribution())));
    }
    for (ContextValue value : alert.getContext()) {
      text.append(
          String.format(
              Locale.ROOT,
              "  given %s%s = %s%n",
              value.getField(),
              value.getLag() == 0 ? "" : " " + value.getLag() + " before",
              value.getText()));
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

  /** One line of JSON, fields as in the Avro contract, times in ISO-8601. */
  static String json(AnomalyAlert alert) {
    ObjectNode node = JSON.createObjectNode();
    node.put("id", alert.getId());
    node.put("detector", alert.getDetector());
    node.put("modelVersion", alert.getModelVersion());
    node.put("key", alert.getKey());
    node.put("eventTime", alert.getEventTime().toString());
    node.put("logLikelihood", alert.getLogLikelihood());
    node.put("pValue", alert.getPValue());
    node.put("severity", alert.getSeverity());
    node.put("level", alert.getLevel() == null ? null : alert.getLevel().name());
    node.put("oneIn", alert.getOneIn());
    node.put("oneInOrMore", alert.getOneInOrMore());
    node.put("budget", alert.getBudget());
    node.put("summary", alert.getSummary());
    ArrayNode contributions = node.putArray("contributions");
    for (FieldContribution contribution : alert.getContributions()) {
      contributions
          .addObject()
          .put("field", contribution.getField())
          .put("value", contribution.getValue())
          .put("normalValue", contribution.getNormalValue())
          .put("text", contribution.getText())
          .put("normalText", contribution.getNormalText())
          .put("contribution", contribution.getContribution());
    }
    ArrayNode context = node.putArray("context");
    for (ContextValue value : alert.getContext()) {
      context
          .addObject()
          .put("field", value.getField())
          .put("lag", value.getLag())
          .put("text", value.getText());
    }
    node.put("evaluations", alert.getEvaluations());
    node.put("suppressed", alert.getSuppressed());
    node.putObject("source")
        .put("topic", alert.getSource().getTopic())
        .put("partition", alert.getSource().getPartition())
        .put("offset", alert.getSource().getOffset());
    try {
      return JSON.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
