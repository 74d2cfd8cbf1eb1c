package io.lowtide.trainer.report.page;

import io.lowtide.schemas.ComparedModel;
import java.util.List;

/** What each challenger gains over the champion, with what chance explains. */
final class GainFigure {

  private static final double ROW = 34;
  private static final double REST = 62;
  private static final int NAME = 14;
  private static final double WHISKER = 2;
  private static final double ROOM_FOR_NAMES = 96;

  private GainFigure() {}

  /**
   * @param challengers at least one, with a gain each
   * @param margin that a challenger has to show, in nats
   */
  static Markup of(List<ComparedModel> challengers, double margin) {
    Plot plot =
        new Plot(
            REST + ROW * challengers.size(),
            "Gain of each challenger over the champion",
            "Mean difference of the log-likelihoods of the newest records, with two standard errors"
                + " to each side, beside the margin.");
    double least = Math.min(0, margin);
    double most = Math.max(0, margin);
    for (ComparedModel model : challengers) {
      least = Math.min(least, model.getGain() - WHISKER * model.getGainStandardError());
      most = Math.max(most, model.getGain() + WHISKER * model.getGainStandardError());
    }
    double room = 0.08 * Math.max(1e-9, most - least);
    Axis across =
        Axis.linear(least - room, most + room, plot.left() + ROOM_FOR_NAMES, plot.right());
    plot.across(across, "gain over the champion, nats per record", Figures::tick);
    plot.line("zero", across.at(0), plot.top(), across.at(0), plot.bottom());
    plot.line("threshold", across.at(margin), plot.top(), across.at(margin), plot.bottom());
    plot.text("threshold-name", across.at(margin) + 4, plot.top() + 9, "margin");
    for (int i = 0; i < challengers.size(); i++) {
      ComparedModel model = challengers.get(i);
      double y = plot.top() + ROW * (i + 0.62);
      double error = WHISKER * model.getGainStandardError();
      plot.text("name", 4, y + 4, Figures.shortened(model.getRole(), NAME));
      plot.line(
          "whisker", across.at(model.getGain() - error), y, across.at(model.getGain() + error), y);
      plot.circle("gain", across.at(model.getGain()), y, 5);
    }
    return plot.end();
  }
}
