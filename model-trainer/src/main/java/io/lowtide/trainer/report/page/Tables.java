package io.lowtide.trainer.report.page;

import java.util.List;

/** Tables, by themselves and behind pictures. */
final class Tables {

  private Tables() {}

  /** A table; the first cell of each row is its name, what ends in a number stands to the right. */
  static void add(Markup page, String label, List<String> heads, List<List<String>> rows) {
    page.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", label);
    page.open("table");
    page.open("thead").open("tr");
    heads.forEach(head -> page.element("th", head, "scope", "col"));
    page.close().close();
    page.open("tbody");
    for (List<String> row : rows) {
      page.open("tr");
      for (int i = 0; i < row.size(); i++) {
        if (i == 0) {
          page.element("th", row.get(i), "scope", "row");
        } else {
          page.element("td", row.get(i));
        }
      }
      page.close();
    }
    page.close().close().close();
  }

  /** A table that is seen when it is asked for. */
  static void behind(Markup page, String label, List<String> heads, List<List<String>> rows) {
    page.open("details");
    page.element("summary", label);
    add(page, label, heads, rows);
    page.close();
  }

  /** Names with what they are. */
  static void facts(Markup page, List<List<String>> facts) {
    page.open("dl", "class", "facts");
    for (List<String> fact : facts) {
      page.open("div").element("dt", fact.get(0)).element("dd", fact.get(1)).close();
    }
    page.close();
  }
}
