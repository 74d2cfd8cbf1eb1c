package io.lowtide.benchmarks.detection;

import io.lowtide.benchmarks.BenchmarkOptions;
import io.lowtide.cli.Lowtide;
import io.lowtide.cli.OptionException;
import io.lowtide.density.calibration.BudgetException;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.evaluation.DetectionMetrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Compares Lowtide with other detectors on every labelled set of one or more folders; {@code
 * benchmarks/run-detection} runs it.
 */
@Command(
    name = "run-detection",
    mixinStandardHelpOptions = true,
    description = {
      "Compares Lowtide's defaults with Random Cut Forest, run beside it, and with the figures in"
          + " BASELINES.csv of each folder, where it is there. A set that is too small for the false-alarm"
          + " budget is named and left out.",
      "A set is a CSV file with a header and a column `anomaly` (0 or 1). Of the normal rows in"
          + " file order the even ones (0, 2, ...) train; the odd ones and all anomalies test."
    })
public final class DetectionBenchmark implements Callable<Integer> {

  /** Scores that are timed, at most; as many are done before, untimed. */
  private static final int TIMED_SCORES = 2000;

  @Spec private CommandSpec command;

  @Parameters(
      paramLabel = "FOLDER",
      arity = "1..*",
      description = "Folders of the sets; means are given for each and together.")
  private List<Path> folders;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = "runs/detection",
      description = "Folder for report and results. Default: ${DEFAULT-VALUE}.")
  private Path output;

  @Option(
      names = "--seeds",
      defaultValue = "3",
      description = "Runs of each live detector on each set. Default: ${DEFAULT-VALUE}.")
  private int seeds;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "These sets alone, separated by commas.")
  private List<String> only = List.of();

  @Option(
      names = "--contamination",
      paramLabel = "SHARE",
      defaultValue = "0",
      description =
          "Share of anomalies left in the training rows, at least 0 and below 1; at most half of"
              + " the anomalies of a set go there. Default: ${DEFAULT-VALUE}.")
  private double contamination;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description =
          "A training setting other than the default, for experiments; the report names it.")
  private Map<String, String> settings = new LinkedHashMap<>();

  /** Sets that a detector refuses, and why. */
  private final Map<String, String> refused = new LinkedHashMap<>();

  /** Runs the benchmark and ends the JVM. */
  public static void main(String[] arguments) {
    System.exit(Lowtide.commandLine(new DetectionBenchmark()).execute(arguments));
  }

  private PrintWriter out() {
    return command.commandLine().getOut();
  }

  private PrintWriter err() {
    return command.commandLine().getErr();
  }

  @Override
  public Integer call() throws IOException {
    OptionException.requireAtLeastOne("--seeds", seeds);
    if (!(contamination >= 0 && contamination < 1)) {
      throw new OptionException(
          "--contamination: " + contamination + ", expected at least 0 and below 1");
    }
    Map<String, List<BenchmarkSet>> byFolder = new LinkedHashMap<>();
    Baselines baselines = Baselines.none();
    for (Path folder : folders) {
      if (!Files.isDirectory(folder)) {
        err().println("run-detection: skipped: no folder " + folder);
        continue;
      }
      List<BenchmarkSet> found = BenchmarkSet.readAll(folder);
      if (found.isEmpty()) {
        err().println("run-detection: skipped: no labelled set in " + folder);
        continue;
      }
      byFolder.put(String.valueOf(folder.getFileName()), found);
      Path published = folder.resolve("BASELINES.csv");
      if (Files.exists(published)) {
        baselines.add(published);
      }
    }
    List<BenchmarkSet> all = byFolder.values().stream().flatMap(List::stream).toList();
    if (all.isEmpty()) {
      return 0;
    }
    requireDifferentNames(all);
    List<DetectionResult> results = run(BenchmarkOptions.only(all, BenchmarkSet::name, only));
    if (results.isEmpty()) {
      err().println("run-detection: no set is left to report on");
      return 1;
    }
    Map<String, List<String>> names = new LinkedHashMap<>();
    byFolder.forEach(
        (folder, sets) -> {
          List<String> reported =
              sets.stream()
                  .map(BenchmarkSet::name)
                  .filter(name -> results.stream().anyMatch(one -> one.set().equals(name)))
                  .toList();
          if (!reported.isEmpty()) {
            names.put(folder, reported);
          }
        });
    DetectionReport report =
        new DetectionReport(names, results, refused, baselines, settings, contamination);
    report.write(output);
    out().println(report.summary());
    out().println("Report in " + output.resolve(DetectionReport.MARKDOWN));
    return 0;
  }

  private static void requireDifferentNames(List<BenchmarkSet> sets) {
    Set<String> names = new HashSet<>();
    for (BenchmarkSet set : sets) {
      if (!names.add(set.name())) {
        throw new OptionException(
            "FOLDER: two sets are named \"" + set.name() + "\", expected different names");
      }
    }
  }

  /** Without the results of a set that a detector refuses: it is named and left out. */
  private List<DetectionResult> run(List<BenchmarkSet> sets) {
    List<DetectionResult> results = new ArrayList<>();
    for (BenchmarkSet set : sets) {
      try {
        results.addAll(run(set));
      } catch (DataException | BudgetException e) {
        refused.put(set.name(), e.getMessage());
        out().println(set.name() + ": left out: " + e.getMessage());
      }
    }
    return results;
  }

  private List<DetectionResult> run(BenchmarkSet set) {
    List<Detector> detectors =
        List.of(new LowtideDetector(settings), new RandomCutForestDetector());
    List<DetectionResult> results = new ArrayList<>();
    for (Detector detector : detectors) {
      for (int seed = 1; seed <= seeds; seed++) {
        DetectionResult result = run(set.contaminated(contamination, seed), detector, seed);
        results.add(result);
        out()
            .printf(
                Locale.ROOT,
                "%-14s %-18s seed %d  AUROC %.4f  AP %.4f  trained in %6.1f s  %7.1f us per score  %.1f + %.1f evaluations%n",
                result.set(),
                result.detector(),
                seed,
                result.metrics().areaUnderCurve(),
                result.metrics().averagePrecision(),
                result.trainingSeconds(),
                result.microsecondsPerScore(),
                result.evaluationsOfNormals(),
                result.evaluationsOfAnomalies());
      }
    }
    return results;
  }

  private static DetectionResult run(BenchmarkSet set, Detector detector, long seed) {
    long started = System.nanoTime();
    TrainedDetector trained = detector.train(set.training(), seed);
    double trainingSeconds = (System.nanoTime() - started) / 1e9;
    double[] normality = trained.normality(set.test());
    int normals = set.test().length - set.anomalies();
    return new DetectionResult(
        set.name(),
        detector.name(),
        seed,
        DetectionMetrics.of(normality, set.anomalous()),
        trainingSeconds,
        microsecondsPerScore(trained, set.test()),
        trained.meanEvaluations(Arrays.copyOf(set.test(), normals)),
        trained.meanEvaluations(Arrays.copyOfRange(set.test(), normals, set.test().length)),
        trained.falseAlarms(Arrays.copyOf(normality, normals)));
  }

  private static double microsecondsPerScore(TrainedDetector trained, double[][] rows) {
    double[][] timed = new double[TIMED_SCORES][];
    Arrays.setAll(timed, i -> rows[i * 31 % rows.length]);
    trained.normality(timed);
    long started = System.nanoTime();
    trained.normality(timed);
    return (System.nanoTime() - started) / 1e3 / TIMED_SCORES;
  }
}
