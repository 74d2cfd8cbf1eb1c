package io.lowtide.trainer.report.page;

import io.lowtide.trainer.fit.HeldOutPValues;
import io.lowtide.trainer.report.ReportedRun;
import io.lowtide.trainer.report.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * How the p-values of records that a model does not know are distributed, beside uniform ones: all
 * of them, and the small ones, which decide on alerts.
 */
final class CalibrationFigure {

  private static final double HEIGHT = 330;
  private static final int STEPS = 160;

  /** Of the band around the whole of a distribution function, and of one around each point. */
  private static final double KOLMOGOROV_95 = 1.358;

  private static final double NORMAL_95 = 1.96;

  /** Curves of more would not be told apart. */
  static final int MOST_CURVES = 4;

  private final List<ReportedRun.HeldOut> curves;
  private final double budget;
  private final double effective;

  /**
   * @param curves at least one, each of at least one record; the band is that of the first
   */
  CalibrationFigure(List<ReportedRun.HeldOut> curves, double budget) {
    this.curves = curves;
    this.budget = budget;
    this.effective = Verdict.effectiveRecords(curves.get(0).pValues());
  }

  /** All p-values. */
  Markup whole() {
    Plot plot =
        new Plot(
            HEIGHT,
            "Calibration",
            "Share of held-out records with at most a p-value, against the p-value. On the diagonal"
                + " the p-values are uniform; the band holds 95 percent of calibrated models.");
    Axis across = Axis.linear(0, 1, plot.left(), plot.right());
    Axis up = Axis.linear(0, 1, plot.bottom(), plot.top());
    plot.across(across, "p-value", Figures::tick);
    plot.up(up, "share of the records at most", Figures::tick);
    double half = KOLMOGOROV_95 / Math.sqrt(effective);
    List<double[]> band = new ArrayList<>();
    band.add(point(across, up, 0, 0));
    band.add(point(across, up, 0, half));
    band.add(point(across, up, 1 - half, 1));
    band.add(point(across, up, 1, 1));
    band.add(point(across, up, 1, 1 - half));
    band.add(point(across, up, half, 0));
    plot.path("band", Plot.pathThrough(band) + "Z");
    plot.line("ideal", across.at(0), up.at(0), across.at(1), up.at(1));
    for (int i = curves.size() - 1; i >= 0; i--) {
      List<double[]> line = new ArrayList<>();
      for (int step = 0; step <= STEPS; step++) {
        double p = (double) step / STEPS;
        line.add(point(across, up, p, curves.get(i).pValues().shareAtMost(p)));
      }
      plot.through("curve curve" + i, line);
    }
    return plot.end();
  }

  /** The small ones, on logarithmic axes. */
  Markup tail() {
    HeldOutPValues first = curves.get(0).pValues();
    double least =
        Math.max(
            1e-5,
            Math.min(
                budget / 3,
                Math.max(1.0 / first.sorted().length, 1.0 / (first.calibrationRecords() + 1))));
    Plot plot =
        new Plot(
            HEIGHT,
            "Calibration where alerts are raised",
            "The same on logarithmic axes, so that small p-values are seen: at the budget the share"
                + " of records is the rate of false alarms.");
    Axis across = Axis.logarithmic(least, 1, plot.left(), plot.right());
    Axis up = Axis.logarithmic(least / 2, 1, plot.bottom(), plot.top());
    plot.across(across, "p-value, logarithmic", CalibrationFigure::tick);
    plot.up(up, "share of the records at most", CalibrationFigure::tick);
    List<double[]> above = new ArrayList<>();
    List<double[]> below = new ArrayList<>();
    for (int step = 0; step <= STEPS; step++) {
      double p = Math.pow(least, 1 - (double) step / STEPS);
      double half = NORMAL_95 * Math.sqrt(p * (1 - p) / effective);
      above.add(new double[] {across.at(p), up.within(Math.min(1, p + half))});
      below.add(0, new double[] {across.at(p), up.within(Math.max(least / 2, p - half))});
    }
    above.addAll(below);
    plot.path("band", Plot.pathThrough(above) + "Z");
    plot.line("ideal", across.at(least), up.at(least), across.at(1), up.at(1));
    plot.line("threshold", across.at(budget), plot.top(), across.at(budget), plot.bottom());
    plot.text("threshold-name", across.at(budget) + 5, plot.bottom() - 8, "budget");
    for (int i = curves.size() - 1; i >= 0; i--) {
      List<double[]> line = new ArrayList<>();
      for (int step = 0; step <= STEPS; step++) {
        double p = Math.pow(least, 1 - (double) step / STEPS);
        double share = curves.get(i).pValues().shareAtMost(p);
        if (share >= least / 2) {
          line.add(new double[] {across.at(p), up.at(share)});
        }
      }
      plot.through("curve curve" + i, line);
    }
    return plot.end();
  }

  private static String tick(double share) {
    return Figures.number(100 * share) + " %";
  }

  private static double[] point(Axis across, Axis up, double x, double y) {
    return new double[] {across.at(x), up.within(y)};
  }

  /** The names of the curves. */
  void legend(Markup page) {
    page.open("p", "class", "legend");
    for (int i = 0; i < curves.size(); i++) {
      page.open("span");
      page.element("i", "", "class", "mark curve" + i);
      page.text(
          curves.get(i).name()
              + " ("
              + Figures.count(curves.get(i).pValues().sorted().length)
              + ")");
      page.close();
    }
    page.open("span").element("i", "", "class", "mark band").text("95 % of calibrated models");
    page.close().close();
  }

  /** The curves at some p-values. */
  void table(Markup page) {
    List<String> heads = new ArrayList<>(List.of("p-value at most", "expected, 95 %"));
    curves.forEach(curve -> heads.add(curve.name()));
    List<Double> at = new ArrayList<>(List.of(0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9));
    if (!at.contains(budget)) {
      at.add(budget);
      at.sort(null);
    }
    List<List<String>> rows = new ArrayList<>();
    for (double p : at) {
      double half = NORMAL_95 * Math.sqrt(p * (1 - p) / effective);
      List<String> row = new ArrayList<>();
      row.add(Figures.percent(p) + (p == budget ? " (the budget)" : ""));
      row.add(
          Figures.percent(Math.max(0, p - half)) + " to " + Figures.percent(Math.min(1, p + half)));
      curves.forEach(curve -> row.add(Figures.percent(curve.pValues().shareAtMost(p))));
      rows.add(row);
    }
    Tables.behind(page, "The same as a table", heads, rows);
  }
}
