package io.lowtide.benchmarks.nab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/** The outcome of the benchmark as Markdown, CSV and plots. */
final class NabReport {

  static final String MARKDOWN = "nab.md";

  private static final String CSV = "nab.csv";

  /** NAB's name of {@link WindowedGaussianNabDetector}. */
  private static final String WINDOWED_GAUSSIAN = "windowedGaussian";

  private final List<NabSet> sets;
  private final List<String> names;
  private final NabScorer scorer;

  /** Runs by name of the detector. */
  private final Map<String, List<NabRun>> runs = new LinkedHashMap<>();

  /** Published detectors, none if a set has no published figure. */
  private final List<NabPublished> published;

  /** Sets that have no published figure, or other windows than the published one. */
  private final Set<String> unpublished = new TreeSet<>();

  NabReport(List<NabSet> sets, List<NabRun> runs, List<NabPublished> published, NabScorer scorer) {
    this.sets = sets;
    this.names = sets.stream().map(NabSet::name).toList();
    this.scorer = scorer;
    for (NabRun run : runs) {
      this.runs.computeIfAbsent(run.detector(), detector -> new ArrayList<>()).add(run);
    }
    for (NabPublished detector : published) {
      sets.stream().filter(set -> !detector.isOf(set)).forEach(set -> unpublished.add(set.name()));
    }
    this.published = unpublished.isEmpty() ? published : List.of();
  }

  /** Writes {@code nab.md}, {@code nab.csv} and a plot of each set. */
  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(MARKDOWN), markdown());
    Files.writeString(folder.resolve(CSV), csv());
    for (int i = 0; i < sets.size(); i++) {
      NabPlot plot = new NabPlot(sets.get(i));
      for (List<NabRun> ofDetector : runs.values()) {
        NabRun run = ofDetector.get(0);
        plot.addDetections(run.detector(), run.anomalyScores().get(i), run.threshold());
      }
      plot.write(folder.resolve("nab-" + names.get(i) + ".png"));
    }
  }

  /** One line for each live detector. */
  String summary() {
    StringBuilder text =
        new StringBuilder(
            "| detector | runs | score | lowest to highest | windows detected | false positives"
                + " | seconds |\n");
    text.append("|---|---|---|---|---|---|---|\n");
    runs.forEach(
        (detector, ofDetector) -> {
          double[] scores = ofDetector.stream().mapToDouble(this::normalised).sorted().toArray();
          text.append(
              String.format(
                  Locale.ROOT,
                  "| %s | %d | %.1f | %.1f to %.1f | %.1f of %d | %.1f | %.1f |%n",
                  detector,
                  ofDetector.size(),
                  mean(ofDetector, this::normalised),
                  scores[0],
                  scores[scores.length - 1],
                  mean(ofDetector, NabRun::windowsDetected),
                  ofDetector.get(0).windows(),
                  mean(ofDetector, NabRun::falsePositives),
                  mean(ofDetector, NabRun::seconds)));
        });
    return text.toString();
  }

  private String markdown() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "Numenta Anomaly Benchmark, standard profile, %d files with %d windows. Scores are"
                + " normalised: 0 detects nothing, 100 detects every window in its first row and"
                + " nothing else. Each run has one threshold for all files, the best of all in"
                + " hindsight, as NAB's rules are. Several runs, by seed: means. False positives"
                + " are rows.%n%n",
            sets.size(),
            windows()));
    text.append("## Live detectors\n\n").append(summary());
    text.append("\n## Raw scores of each file\n\n").append(rawScores());
    if (unpublished.isEmpty()) {
      text.append("\n## Beside the published scoreboard\n\n").append(scoreboard());
      text.append("\n## The scoring, checked\n\n").append(check());
    } else {
      text.append("\nNo published figures are shown: there are none here for these windows of ")
          .append(String.join(", ", unpublished))
          .append(".\n");
    }
    text.append("\n## Detections\n\n");
    names.forEach(set -> text.append("![").append(set).append("](nab-" + set + ".png)\n\n"));
    return text.toString();
  }

  private String rawScores() {
    StringBuilder text = new StringBuilder("| file | rows | probation | windows |");
    runs.keySet().forEach(detector -> text.append(' ').append(detector).append(" |"));
    text.append("\n|---|---|---|---|").append("---|".repeat(runs.size())).append('\n');
    for (int i = 0; i < sets.size(); i++) {
      NabSet set = sets.get(i);
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %d | %d | %d |",
              set.name(),
              set.rows(),
              set.probationRows(),
              set.windows().size()));
      int index = i;
      for (List<NabRun> ofDetector : runs.values()) {
        text.append(
            String.format(
                Locale.ROOT,
                " %.3f (%.1f detected, %.1f false) |",
                mean(ofDetector, run -> run.scores().get(index).score()),
                mean(ofDetector, run -> run.scores().get(index).windowsDetected()),
                mean(ofDetector, run -> run.scores().get(index).falsePositives())));
      }
      text.append('\n');
    }
    return text.toString();
  }

  private String scoreboard() {
    StringBuilder text =
        new StringBuilder(
            "**Not strictly comparable.** The published scores of a file were obtained at a"
                + " threshold that is best for all of NAB's 58 files; those of the live detectors"
                + " at one that is best for the files here, which favours the live detectors."
                + " Published: `results/` of [numenta/NAB](https://github.com/numenta/NAB).\n\n");
    text.append("| detector | these files |");
    names.forEach(set -> text.append(' ').append(set).append(", raw |"));
    text.append(" all 58 files |\n|---|---|").append("---|".repeat(sets.size())).append("---|\n");
    runs.forEach(
        (detector, ofDetector) -> {
          text.append(
              String.format(
                  Locale.ROOT,
                  "| **%s** (live) | %.1f |",
                  detector,
                  mean(ofDetector, this::normalised)));
          for (int i = 0; i < sets.size(); i++) {
            int index = i;
            text.append(
                String.format(
                    Locale.ROOT,
                    " %.3f |",
                    mean(ofDetector, run -> run.scores().get(index).score())));
          }
          text.append(" |\n");
        });
    for (NabPublished detector : published) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %.1f |",
              detector.detector(),
              scorer.normalised(detector.sum(names), windows())));
      names.forEach(
          set -> text.append(String.format(Locale.ROOT, " %.3f |", detector.scores().get(set))));
      text.append(
          String.format(
              Locale.ROOT, " %.1f |%n", scorer.normalised(detector.total(), NabPublished.WINDOWS)));
    }
    return text.toString();
  }

  private String check() {
    StringBuilder text =
        new StringBuilder(
            "The windowed Gaussian is NAB's own; at NAB's threshold for it (not the one above)"
                + " its raw scores must be the published ones.\n\n");
    text.append("| file | here | published |\n|---|---|---|\n");
    NabRun run = runs.get(WindowedGaussianNabDetector.NAME).get(0);
    NabPublished theirs =
        published.stream()
            .filter(detector -> detector.detector().equals(WINDOWED_GAUSSIAN))
            .findFirst()
            .orElseThrow();
    for (int i = 0; i < sets.size(); i++) {
      NabScore score =
          scorer.score(
              sets.get(i),
              run.anomalyScores().get(i),
              WindowedGaussianNabDetector.PUBLISHED_THRESHOLD);
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %.8f | %.8f |%n",
              names.get(i),
              score.score(),
              theirs.scores().get(names.get(i))));
    }
    return text.toString();
  }

  private String csv() {
    StringBuilder text =
        new StringBuilder(
            "detector,run,set,threshold,score,true_positives,true_negatives,false_positives,"
                + "false_negatives,windows_detected,windows\n");
    runs.forEach(
        (detector, ofDetector) -> {
          for (int run = 0; run < ofDetector.size(); run++) {
            for (int i = 0; i < sets.size(); i++) {
              NabScore score = ofDetector.get(run).scores().get(i);
              text.append(
                  String.format(
                      Locale.ROOT,
                      "%s,%d,%s,%s,%.9f,%d,%d,%d,%d,%d,%d%n",
                      detector,
                      run + 1,
                      names.get(i),
                      ofDetector.get(run).threshold(),
                      score.score(),
                      score.truePositives(),
                      score.trueNegatives(),
                      score.falsePositives(),
                      score.falseNegatives(),
                      score.windowsDetected(),
                      score.windows()));
            }
          }
        });
    return text.toString();
  }

  private int windows() {
    return sets.stream().mapToInt(set -> set.windows().size()).sum();
  }

  private double normalised(NabRun run) {
    return scorer.normalised(run.total(), run.windows());
  }

  private static double mean(List<NabRun> ofDetector, ToDoubleFunction<NabRun> figure) {
    return ofDetector.stream().mapToDouble(figure).average().orElseThrow();
  }
}
