package io.lowtide.trainer.report.page;

import io.lowtide.trainer.fit.EpochReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** How a fit went: its losses, and what its differential equation cost to solve. */
final class LearningFigure {

  private static final double HEIGHT = 300;

  /** The first losses may be far above all others. */
  private static final double SHOWN = 0.97;

  private static final int MOST_ROWS = 40;

  private final String name;
  private final List<EpochReport> history;
  private final Axis across;

  /**
   * @param history at least one report
   */
  LearningFigure(String name, List<EpochReport> history) {
    this.name = name;
    this.history = history;
    Plot measure = new Plot(HEIGHT, "", "");
    double last = history.get(history.size() - 1).iteration();
    this.across = Axis.linear(0, last, measure.left(), measure.right());
  }

  Markup losses() {
    Plot plot =
        new Plot(
            HEIGHT,
            "Learning curve of the " + name + " fit",
            "Negative log-likelihood of training and validation records, by iteration. Lower is"
                + " better; the ring is the validation whose parameters the model has.");
    double[] values =
        history.stream()
            .flatMap(
                report ->
                    List.of(
                        report.trainNegativeLogLikelihood(),
                        report.validationNegativeLogLikelihood())
                        .stream())
            .mapToDouble(Double::doubleValue)
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    double low = values.length == 0 ? 0 : values[0];
    double high = values.length == 0 ? 1 : values[(int) Math.ceil(SHOWN * (values.length - 1))];
    double margin = 0.06 * Math.max(high - low, 1e-6);
    Axis up = Axis.linear(low - margin, high + margin, plot.bottom(), plot.top());
    plot.across(across, "iteration", Figures::tick);
    plot.up(up, "negative log-likelihood, nats", Figures::tick);
    plot.through("curve training", line(up, EpochReport::trainNegativeLogLikelihood));
    plot.through("curve validation", line(up, EpochReport::validationNegativeLogLikelihood));
    EpochReport best = best();
    if (Double.isFinite(best.validationNegativeLogLikelihood())) {
      plot.circle(
          "best",
          across.at(best.iteration()),
          up.within(best.validationNegativeLogLikelihood()),
          5);
    }
    return plot.end();
  }

  Markup evaluations() {
    Plot plot =
        new Plot(
            HEIGHT,
            "Evaluations of the vector field in the " + name + " fit",
            "Evaluations that a forward solve and an adjoint solve take, by iteration.");
    double highest =
        history.stream()
            .mapToDouble(r -> Math.max(r.forwardEvaluations(), r.backwardEvaluations()))
            .filter(Double::isFinite)
            .max()
            .orElse(1);
    Axis up = Axis.linear(0, 1.1 * Math.max(1, highest), plot.bottom(), plot.top());
    plot.across(across, "iteration", Figures::tick);
    plot.up(up, "evaluations of a solve", Figures::tick);
    plot.through("curve forward", line(up, EpochReport::forwardEvaluations));
    plot.through("curve backward", line(up, EpochReport::backwardEvaluations));
    return plot.end();
  }

  private List<double[]> line(Axis up, ToDoubleFunction<EpochReport> value) {
    List<double[]> points = new ArrayList<>();
    for (EpochReport report : history) {
      double y = value.applyAsDouble(report);
      if (Double.isFinite(y)) {
        points.add(new double[] {across.at(report.iteration()), up.within(y)});
      }
    }
    return points;
  }

  EpochReport best() {
    EpochReport best = history.get(history.size() - 1);
    for (EpochReport report : history) {
      best = report.best() ? report : best;
    }
    return best;
  }

  void table(Markup page) {
    List<List<String>> rows = new ArrayList<>();
    int step = (history.size() + MOST_ROWS - 1) / MOST_ROWS;
    for (int i = 0; i < history.size(); i++) {
      EpochReport report = history.get(i);
      if (i % step == 0 || i == history.size() - 1 || report == best()) {
        rows.add(
            Arrays.asList(
                Figures.count(report.iteration()),
                Figures.fixed(4, report.trainNegativeLogLikelihood()),
                Figures.fixed(4, report.validationNegativeLogLikelihood())
                    + (report == best() ? " (the model's)" : ""),
                Figures.fixed(1, report.forwardEvaluations())
                    + " + "
                    + Figures.fixed(1, report.backwardEvaluations()),
                Figures.count(Math.round(report.recordsPerSecond())),
                Figures.seconds(report.seconds())));
      }
    }
    Tables.behind(
        page,
        "The same as a table",
        List.of(
            "Iteration", "Training", "Validation", "Evaluations", "Records per second", "Elapsed"),
        rows);
  }
}
