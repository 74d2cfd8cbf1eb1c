package io.lowtide.trainer.report.page;

import static io.lowtide.trainer.report.page.Figures.at;

import io.lowtide.density.explanation.AlertSummary;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.trainer.report.UnlikelyRecord;
import java.util.List;

/** The least likely records, each with what makes it so. */
final class UnlikelySection {

  private static final int MOST_FIELDS = 6;
  private static final int LONGEST_TEXT = 40;
  private static final double HALF = 50;

  private UnlikelySection() {}

  static void add(Markup page, List<UnlikelyRecord> records) {
    page.open("ol", "class", "unlikely");
    for (UnlikelyRecord record : records) {
      page.open("li");
      page.element("p", record.summary(), "class", "summary");
      page.element("p", told(record), "class", "note");
      addFields(page, record);
      page.close();
    }
    page.close();
  }

  private static String told(UnlikelyRecord record) {
    StringBuilder text = new StringBuilder();
    text.append("Record ").append(Figures.count(record.position()));
    text.append(", log-likelihood ").append(Figures.fixed(2, record.logLikelihood()));
    record
        .context()
        .forEach(
            value ->
                text.append(", ")
                    .append(Figures.name(value.getField()))
                    .append(value.getLag() > 0 ? " " + value.getLag() + " before" : "")
                    .append(' ')
                    .append(Figures.shortened(value.getText(), LONGEST_TEXT)));
    return text.toString();
  }

  private static void addFields(Markup page, UnlikelyRecord record) {
    List<FieldContribution> all = record.explanation().contributions();
    List<FieldContribution> shown = all.subList(0, Math.min(MOST_FIELDS, all.size()));
    double largest = shown.stream().mapToDouble(f -> Math.abs(f.getContribution())).max().orElse(1);
    page.open(
        "div",
        "class",
        "scroll",
        "tabindex",
        "0",
        "role",
        "region",
        "aria-label",
        "Fields of record " + Figures.count(record.position()));
    page.open("table", "class", "why");
    page.open("thead").open("tr");
    for (String head : List.of("Field", "Was", "Expected", "Nats", "Share")) {
      page.element("th", head, "scope", "col");
    }
    page.close().close();
    page.open("tbody");
    for (FieldContribution field : shown) {
      page.open("tr");
      page.element("th", Figures.name(field.getField()), "scope", "row");
      page.element("td", Figures.shortened(AlertSummary.value(field), LONGEST_TEXT));
      page.element("td", Figures.shortened(AlertSummary.expected(field), 2 * LONGEST_TEXT));
      page.element("td", Figures.signed(2, field.getContribution()));
      page.open("td", "class", "picture");
      addBar(page, field.getContribution() / Math.max(largest, 1e-9));
      page.close().close();
    }
    page.close().close().close();
  }

  /** To the left where the field makes the record less likely. */
  private static void addBar(Markup page, double share) {
    page.open(
        "svg",
        "class",
        "bar",
        "viewBox",
        "0 0 100 8",
        "preserveAspectRatio",
        "none",
        "aria-hidden",
        "true");
    page.shape("rect", "class", "ground", "width", "100", "height", "8");
    double length = HALF * Math.abs(share);
    page.shape(
        "rect",
        "class",
        share < 0 ? "against" : "for",
        "x",
        at(share < 0 ? HALF - length : HALF),
        "width",
        at(length),
        "height",
        "8");
    page.close();
  }
}
