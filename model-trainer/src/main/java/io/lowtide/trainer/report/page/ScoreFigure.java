package io.lowtide.trainer.report.page;

import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.schemas.Calibration;
import java.util.ArrayList;
import java.util.List;

/** The scores of the calibration records, with the threshold. */
final class ScoreFigure {

  private static final double HEIGHT = 330;
  private static final int BINS = 56;

  /** Of the records, below the picture: one far outside would flatten the rest. */
  private static final double BELOW = 0.002;

  private final double[] sorted;
  private final double threshold;
  private final double budget;
  private final double low;
  private final double width;
  private final int[] counts = new int[BINS];
  private int below;

  ScoreFigure(ConformalCalibration calibration, Calibration record) {
    this.sorted =
        record.getSortedConformityScores().stream().mapToDouble(Double::doubleValue).toArray();
    this.budget = calibration.defaultBudget();
    this.threshold = calibration.threshold(budget);
    double high = sorted[sorted.length - 1];
    double first = Math.min(sorted[(int) (BELOW * sorted.length)], threshold);
    this.low = Math.max(sorted[0], first - 0.1 * (high - first));
    double span = high - low;
    this.width = (span > 0 ? span : 1) / BINS;
    for (double score : sorted) {
      if (score < low) {
        below++;
      } else {
        counts[Math.min(BINS - 1, (int) ((score - low) / width))]++;
      }
    }
  }

  Markup drawing() {
    Plot plot =
        new Plot(
            HEIGHT,
            "Scores of the calibration records",
            "A histogram of log-likelihoods; records left of the threshold at "
                + Figures.number(threshold)
                + " nats raise an alert.");
    int highest = 1;
    for (int count : counts) {
      highest = Math.max(highest, count);
    }
    Axis across = Axis.linear(low, low + BINS * width, plot.left(), plot.right());
    Axis up = Axis.linear(0, 1.05 * highest, plot.bottom(), plot.top());
    plot.across(across, "score in nats: the less, the less likely", Figures::tick);
    plot.up(up, "calibration records", value -> Figures.count(Math.round(value)));
    for (int bin = 0; bin < BINS; bin++) {
      double from = low + bin * width;
      boolean flagged = from + width / 2 < threshold;
      double x = across.at(from);
      plot.rectangle(
          flagged ? "bar flagged" : "bar",
          x,
          up.at(counts[bin]),
          across.at(from + width) - x - 1,
          plot.bottom() - up.at(counts[bin]));
    }
    plot.line("threshold", across.at(threshold), plot.top(), across.at(threshold), plot.bottom());
    boolean roomLeft = across.at(threshold) > plot.left() + 150;
    plot.text(
        "threshold-name" + (roomLeft ? " end" : ""),
        across.at(threshold) + (roomLeft ? -6 : 6),
        plot.top() + 12,
        "alert below " + Figures.number(threshold));
    return plot.end();
  }

  /** What the picture leaves out. */
  String note() {
    String text =
        "One in "
            + Figures.number(1 / budget)
            + " normal records is below the threshold: the false-alarm budget of "
            + Figures.percent(budget)
            + ".";
    return below == 0
        ? text
        : text
            + " "
            + Figures.count(below)
            + (below == 1 ? " record lies" : " records lie")
            + " further left, down to "
            + Figures.number(sorted[0])
            + ".";
  }

  void table(Markup page) {
    List<List<String>> rows = new ArrayList<>();
    for (double share : new double[] {0, 0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 1}) {
      int index = (int) Math.min(sorted.length - 1, Math.round(share * (sorted.length - 1)));
      rows.add(List.of(Figures.percent(share), Figures.fixed(3, sorted[index])));
    }
    Tables.behind(
        page, "The same as a table", List.of("Share of the records below", "Score, nats"), rows);
  }
}
