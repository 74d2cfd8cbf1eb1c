package io.lowtide.trainer.report.page;

import static io.lowtide.trainer.report.page.Figures.at;

import io.lowtide.trainer.feature.PlannedField;
import io.lowtide.trainer.report.FieldFacts;
import io.lowtide.trainer.report.RunFacts;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What went in: each field with what its values are like. */
final class FieldsSection {

  private static final double WIDTH = 160;
  private static final double HEIGHT = 36;
  private static final int MOST_LEFT_OUT = 200;

  private FieldsSection() {}

  static void add(Markup page, RunFacts facts) {
    page.open(
        "div", "class", "scroll fields", "tabindex", "0", "role", "region", "aria-label", "Fields");
    page.open("table");
    page.open("thead").open("tr");
    for (String head : List.of("Field", "Taken for", "Values", "Range", "Missing")) {
      page.element("th", head, "scope", "col");
    }
    page.close().close();
    page.open("tbody");
    facts.fields().forEach(field -> addField(page, field, facts.looked()));
    page.close().close().close();
    page.open("p", "class", "legend");
    page.open("span").element("i", "", "class", "mark bar").text("records").close();
    page.open("span").element("i", "", "class", "mark model").text("the model's draws").close();
    page.close();
    if (facts.fieldsNotShown() > 0) {
      page.element(
          "p",
          "The first "
              + facts.fields().size()
              + " of the model's fields; "
              + Figures.count(facts.fieldsNotShown())
              + " more are in training.json.",
          "class",
          "note");
    }
    addLeftOut(page, facts.run().fields().stream().filter(PlannedField::isLeftOut).toList());
    if (!facts.run().findings().isEmpty()) {
      page.element("h3", "Records left out: " + Figures.count(facts.run().recordsLeftOut()));
      page.open("ul");
      facts.run().findings().forEach(finding -> page.element("li", finding));
      page.close();
    }
  }

  private static void addLeftOut(Markup page, List<PlannedField> leftOut) {
    if (leftOut.isEmpty()) {
      return;
    }
    page.element("h3", "Fields left out: " + Figures.count(leftOut.size()));
    page.open("dl", "class", "reasons");
    for (PlannedField field : leftOut.subList(0, Math.min(MOST_LEFT_OUT, leftOut.size()))) {
      page.open("div");
      page.element("dt", Figures.name(field.name()));
      page.element("dd", field.reason());
      page.close();
    }
    page.close();
  }

  private static void addField(Markup page, FieldFacts field, int looked) {
    page.open("tr");
    page.open("th", "scope", "row").text(Figures.name(field.name())).close();
    page.open("td").text(field.takenFor());
    field.why().ifPresent(why -> page.element("span", why, "class", "note"));
    page.close();
    page.open("td", "class", "picture");
    addPicture(page, field);
    page.close();
    page.element("td", range(field.values()));
    page.element(
        "td", field.missing() == 0 ? "none" : Figures.percent((double) field.missing() / looked));
    page.close();
  }

  private static String range(FieldFacts.Values values) {
    if (values instanceof FieldFacts.Numbers numbers) {
      double range = numbers.greatest() - numbers.least();
      return Figures.number(numbers.least(), range)
          + " to "
          + Figures.number(numbers.greatest(), range)
          + ", median "
          + Figures.number(numbers.median(), range);
    }
    if (values instanceof FieldFacts.Times times) {
      return times.first() + " to " + times.last();
    }
    if (values instanceof FieldFacts.Categories categories) {
      int all = categories.most().size() + categories.others();
      return Figures.count(all) + (all == 1 ? " value" : " values");
    }
    return "nothing";
  }

  private static void addPicture(Markup page, FieldFacts field) {
    if (field.values() instanceof FieldFacts.Numbers numbers) {
      addHistogram(page, field.name(), numbers);
    } else if (field.values() instanceof FieldFacts.Categories categories) {
      addShares(page, categories);
    }
  }

  private static void addHistogram(Markup page, String name, FieldFacts.Numbers numbers) {
    double highest =
        Math.max(
            Arrays.stream(numbers.ofRecords()).max().orElse(1),
            Arrays.stream(numbers.ofModel()).max().orElse(0));
    int bins = numbers.ofRecords().length;
    double step = WIDTH / bins;
    page.open(
        "svg",
        "class",
        "small",
        "viewBox",
        "0 0 " + at(WIDTH) + " " + at(HEIGHT),
        "role",
        "img",
        "aria-label",
        "Histogram of " + Figures.name(name));
    StringBuilder bars = new StringBuilder();
    for (int bin = 0; bin < bins; bin++) {
      double height = HEIGHT * numbers.ofRecords()[bin] / highest;
      if (height > 0) {
        bars.append('M').append(at(bin * step)).append(' ').append(at(HEIGHT)).append('v');
        bars.append(at(-Math.max(0.5, height))).append('h').append(at(step - 0.6)).append('V');
        bars.append(at(HEIGHT)).append('z');
      }
    }
    page.shape("path", "class", "bar", "d", bars.toString());
    if (numbers.ofModel().length > 0) {
      List<double[]> line =
          java.util.stream.IntStream.range(0, bins)
              .mapToObj(
                  bin ->
                      new double[] {
                        (bin + 0.5) * step, HEIGHT * (1 - numbers.ofModel()[bin] / highest)
                      })
              .collect(Collectors.toList());
      page.shape("path", "class", "model", "d", Plot.pathThrough(line));
    }
    page.close();
  }

  private static void addShares(Markup page, FieldFacts.Categories categories) {
    page.open("ul", "class", "shares");
    for (FieldFacts.Share share : categories.most()) {
      page.open("li");
      page.open(
          "svg", "viewBox", "0 0 100 6", "preserveAspectRatio", "none", "aria-hidden", "true");
      page.shape(
          "rect", "class", "bar", "width", at(Math.max(0.5, 100 * share.share())), "height", "6");
      page.close();
      page.text(Figures.name(share.text()) + " " + Figures.percent(share.share()));
      page.close();
    }
    if (categories.others() > 0) {
      page.element(
          "li",
          Figures.count(categories.others())
              + " more, together "
              + Figures.percent(categories.shareOfOthers()));
    }
    page.close();
  }
}
