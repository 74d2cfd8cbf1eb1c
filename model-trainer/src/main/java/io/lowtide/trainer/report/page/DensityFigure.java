package io.lowtide.trainer.report.page;

import io.lowtide.trainer.report.PairDensity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The model's density of two fields as regions, with records on them. */
final class DensityFigure {

  private static final double HEIGHT = 372;
  private static final int NAME_ON_AXIS = 34;

  private DensityFigure() {}

  static Markup of(PairDensity pair) {
    Plot plot =
        new Plot(
            HEIGHT,
            "Density of " + Figures.name(pair.first()) + " and " + Figures.name(pair.second()),
            "Nested regions that hold 50, 90 and 99 percent of the model's draws, with records as"
                + " dots.");
    Axis across = Axis.of(pair.firstScale(), pair.firstSpan(), plot.left(), plot.right());
    Axis up = Axis.of(pair.secondScale(), pair.secondSpan(), plot.bottom(), plot.top());
    plot.across(across, Figures.shortened(pair.first(), NAME_ON_AXIS), Figures::tick);
    plot.up(up, Figures.shortened(pair.second(), NAME_ON_AXIS), Figures::tick);
    Axis columns = Axis.linear(0, PairDensity.GRID, plot.left(), plot.right());
    Axis rows = Axis.linear(0, PairDensity.GRID, plot.bottom(), plot.top());
    for (int i = 0; i < PairDensity.SHARES.size(); i++) {
      String style = String.format(Locale.ROOT, "mass mass%.0f", 100 * PairDensity.SHARES.get(i));
      plot.path(
          style,
          Contours.path(
              Contours.of(pair.density(), PairDensity.GRID, pair.levels()[i]), columns, rows));
    }
    List<double[]> dots = new ArrayList<>();
    for (double[] point : pair.points()) {
      if (across.holds(point[0]) && up.holds(point[1])) {
        dots.add(new double[] {across.at(point[0]), up.at(point[1])});
      }
    }
    plot.dots("records", dots);
    for (double[] point : pair.unlikely()) {
      plot.circle("unlikely", across.within(point[0]), up.within(point[1]), 4.5);
    }
    return plot.end();
  }
}
