package io.lowtide.benchmarks.detection;

import io.lowtide.trainer.evaluation.DetectionMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The outcome of the benchmark as Markdown, CSV and plots. */
final class DetectionReport {

  static final String MARKDOWN = "detection.md";

  private static final String CSV = "detection.csv";

  private final Map<String, List<String>> folders;
  private final List<String> sets;
  private final List<DetectionResult> results;
  private final Map<String, String> settings;
  private final double contamination;

  /** Mean figures by detector, then by set; ours first. */
  private final Map<String, Map<String, DetectionMetrics>> metrics = new LinkedHashMap<>();

  /** Published detectors that lack a figure, and the sets that they lack it for. */
  private final Map<String, List<String>> leftOut = new LinkedHashMap<>();

  /** Sets that a detector refuses, and why. */
  private final Map<String, String> refused;

  /**
   * @param folders names of the sets by folder
   * @param refused sets without results, and why
   */
  DetectionReport(
      Map<String, List<String>> folders,
      List<DetectionResult> results,
      Map<String, String> refused,
      Baselines baselines,
      Map<String, String> settings,
      double contamination) {
    this.contamination = contamination;
    this.folders = folders;
    this.refused = refused;
    this.sets = folders.values().stream().flatMap(List::stream).toList();
    this.results = results;
    this.settings = settings;
    for (DetectionResult result : results) {
      metrics
          .computeIfAbsent(result.detector(), detector -> new LinkedHashMap<>())
          .computeIfAbsent(result.set(), set -> mean(result.detector(), set));
    }
    baselines
        .metrics()
        .forEach(
            (detector, figures) -> {
              List<String> missing =
                  sets.stream().filter(set -> !figures.containsKey(set)).toList();
              if (missing.isEmpty()) {
                metrics.put(detector, figures);
              } else {
                leftOut.put(detector, missing);
              }
            });
  }

  private DetectionMetrics mean(String detector, String set) {
    return new DetectionMetrics(
        mean(detector, set, result -> result.metrics().areaUnderCurve()),
        mean(detector, set, result -> result.metrics().averagePrecision()));
  }

  private double mean(String detector, String set, ToDoubleFunction<DetectionResult> figure) {
    return results.stream()
        .filter(result -> result.detector().equals(detector) && result.set().equals(set))
        .mapToDouble(figure)
        .average()
        .orElseThrow();
  }

  /** Writes {@code detection.md}, {@code detection.csv} and the plots. */
  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(MARKDOWN), markdown());
    Files.writeString(folder.resolve(CSV), csv());
    plot("AUROC", DetectionMetrics::areaUnderCurve, folder.resolve("detection-auroc.png"));
    plot(
        "Average precision",
        DetectionMetrics::averagePrecision,
        folder.resolve("detection-average-precision.png"));
  }

  /** Means over the sets of each folder, and over all; one line for each detector. */
  String summary() {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    if (folders.size() > 1) {
      folders.forEach(
          (folder, names) -> groups.put(folder + ", " + names.size() + " sets: ", names));
      groups.put("together: ", sets);
    } else {
      groups.put("", sets);
    }
    StringBuilder text = new StringBuilder("| detector |");
    groups
        .keySet()
        .forEach(
            group ->
                text.append(' ')
                    .append(group)
                    .append("mean AUROC | ")
                    .append(group)
                    .append("mean average precision |"));
    text.append("\n|---|").append("---|---|".repeat(groups.size())).append('\n');
    for (String detector : metrics.keySet()) {
      text.append("| ").append(detector).append(" |");
      for (List<String> names : groups.values()) {
        text.append(
            String.format(
                Locale.ROOT,
                " %.4f | %.4f |",
                mean(names, detector, DetectionMetrics::areaUnderCurve),
                mean(names, detector, DetectionMetrics::averagePrecision)));
      }
      text.append('\n');
    }
    return text.toString();
  }

  private double mean(
      List<String> names, String detector, ToDoubleFunction<DetectionMetrics> figure) {
    return names.stream()
        .mapToDouble(set -> figure.applyAsDouble(metrics.get(detector).get(set)))
        .average()
        .orElseThrow();
  }

  private String markdown() {
    StringBuilder text = new StringBuilder();
    text.append(
        settings.isEmpty()
            ? "Lowtide with its defaults on every set.\n\n"
            : "Lowtide with its defaults, except " + settings + ".\n\n");
    if (contamination > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "%.3g %% of the training rows are anomalies, or half of a set's anomalies where it"
                  + " has fewer; figures that were not run live are of clean training rows.%n%n",
              100 * contamination));
    }
    text.append("## Means over ").append(sets.size()).append(" sets\n\n").append(summary());
    leftOut.forEach(
        (detector, missing) ->
            text.append("\nLeft out: ")
                .append(detector)
                .append(", which has no figure for ")
                .append(String.join(", ", missing))
                .append(".\n"));
    refused.forEach(
        (set, why) ->
            text.append("\nLeft out: ").append(set).append(": ").append(why).append(".\n"));
    text.append("\n## AUROC\n\n").append(table(DetectionMetrics::areaUnderCurve));
    text.append("\n## Average precision\n\n").append(table(DetectionMetrics::averagePrecision));
    text.append("\n## Losses\n\n").append(losses());
    text.append("\n## Cost\n\n").append(cost());
    text.append("\n## False alarms\n\n").append(falseAlarms());
    return text.toString();
  }

  private String table(ToDoubleFunction<DetectionMetrics> figure) {
    StringBuilder text = new StringBuilder("| set |");
    metrics.keySet().forEach(detector -> text.append(' ').append(detector).append(" |"));
    text.append("\n|---|").append("---|".repeat(metrics.size())).append('\n');
    for (String set : sets) {
      double best =
          metrics.values().stream()
              .mapToDouble(figures -> figure.applyAsDouble(figures.get(set)))
              .max()
              .orElseThrow();
      text.append("| ").append(set).append(" |");
      for (Map<String, DetectionMetrics> figures : metrics.values()) {
        double value = figure.applyAsDouble(figures.get(set));
        String number = String.format(Locale.ROOT, "%.4f", value);
        text.append(' ').append(value == best ? "**" + number + "**" : number).append(" |");
      }
      text.append('\n');
    }
    return text.toString();
  }

  private String losses() {
    StringBuilder text =
        new StringBuilder("| set | measure | lowtide | best other | difference |\n");
    text.append("|---|---|---|---|---|\n");
    for (String set : sets) {
      loss(set, "AUROC", DetectionMetrics::areaUnderCurve).ifPresent(text::append);
      loss(set, "average precision", DetectionMetrics::averagePrecision).ifPresent(text::append);
    }
    return text.toString();
  }

  private Optional<String> loss(
      String set, String measure, ToDoubleFunction<DetectionMetrics> figure) {
    double ours = figure.applyAsDouble(metrics.get(LowtideDetector.NAME).get(set));
    Optional<String> other =
        metrics.keySet().stream()
            .filter(detector -> !detector.equals(LowtideDetector.NAME))
            .max(
                (left, right) ->
                    Double.compare(
                        figure.applyAsDouble(metrics.get(left).get(set)),
                        figure.applyAsDouble(metrics.get(right).get(set))));
    if (other.isEmpty()) {
      return Optional.empty();
    }
    String best = other.get();
    double theirs = figure.applyAsDouble(metrics.get(best).get(set));
    return theirs <= ours
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "| %s | %s | %.4f | %.4f (%s) | %.4f |%n",
                set,
                measure,
                ours,
                theirs,
                best,
                ours - theirs));
  }

  private String cost() {
    List<String> live = results.stream().map(DetectionResult::detector).distinct().toList();
    StringBuilder text = new StringBuilder("| set |");
    for (String detector : live) {
      text.append(" training, s: ").append(detector).append(" |");
      text.append(" us per score: ").append(detector).append(" |");
    }
    text.append(" evaluations, normal record | evaluations, anomaly |\n|---|")
        .append("---|---|".repeat(live.size()));
    text.append("---|---|\n");
    for (String set : sets) {
      text.append("| ").append(set).append(" |");
      for (String detector : live) {
        text.append(
            String.format(
                Locale.ROOT,
                " %.1f | %.1f |",
                mean(detector, set, DetectionResult::trainingSeconds),
                mean(detector, set, DetectionResult::microsecondsPerScore)));
      }
      text.append(
          String.format(
              Locale.ROOT,
              " %.1f | %.1f |%n",
              mean(LowtideDetector.NAME, set, DetectionResult::evaluationsOfNormals),
              mean(LowtideDetector.NAME, set, DetectionResult::evaluationsOfAnomalies)));
    }
    return text.toString();
  }

  private String falseAlarms() {
    StringBuilder text =
        new StringBuilder(
            "Alarms among normal test records. P: probability of at least, and of at most, so many"
                + " if they are exchangeable with the calibration records.\n\n");
    text.append(
        "| set | seed | budget | calibration | normals | alarms | rate | P(>=) | P(<=) |\n");
    text.append("|---|---|---|---|---|---|---|---|---|\n");
    for (DetectionResult result : results) {
      result
          .falseAlarms()
          .ifPresent(
              alarms ->
                  text.append(
                      String.format(
                          Locale.ROOT,
                          "| %s | %d | %.3g %% | %d | %d | %d | %.2f %% | %.3f | %.3f |%n",
                          result.set(),
                          result.seed(),
                          100 * alarms.budget(),
                          alarms.calibrationRecords(),
                          alarms.normals(),
                          alarms.alarms(),
                          100 * alarms.rate(),
                          alarms.probabilityOfAtLeast(),
                          alarms.probabilityOfAtMost())));
    }
    return text.toString();
  }

  private String csv() {
    StringBuilder text =
        new StringBuilder(
            "set,detector,seed,auroc,average_precision,training_seconds,microseconds_per_score,"
                + "evaluations_of_normals,evaluations_of_anomalies\n");
    for (DetectionResult result : results) {
      text.append(
          String.format(
              Locale.ROOT,
              "%s,%s,%d,%.6f,%.6f,%.3f,%.3f,%.2f,%.2f%n",
              result.set(),
              result.detector(),
              result.seed(),
              result.metrics().areaUnderCurve(),
              result.metrics().averagePrecision(),
              result.trainingSeconds(),
              result.microsecondsPerScore(),
              result.evaluationsOfNormals(),
              result.evaluationsOfAnomalies()));
    }
    return text.toString();
  }

  private void plot(String title, ToDoubleFunction<DetectionMetrics> figure, Path file)
      throws IOException {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(1400)
            .height(500)
            .title(title + " on each set")
            .yAxisTitle(title)
            .build();
    chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Scatter);
    metrics.forEach(
        (detector, figures) -> {
          List<Double> values = new ArrayList<>();
          sets.forEach(set -> values.add(figure.applyAsDouble(figures.get(set))));
          chart.addSeries(detector, sets, values);
        });
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setXAxisLabelRotation(30);
    BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
  }
}
