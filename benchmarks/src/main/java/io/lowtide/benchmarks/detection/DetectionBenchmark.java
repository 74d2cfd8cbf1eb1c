package io.lowtide.benchmarks.detection;

import io.lowtide.benchmarks.BenchmarkOptions;
import io.lowtide.cli.Lowtide;
import io.lowtide.cli.OptionException;
import io.lowtide.trainer.evaluation.DetectionMetrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Compares Lowtide with other detectors on every labelled set of a folder; {@code
 * benchmarks/run-detection} runs it.
 */
@Command(
    name = "run-detection",
    mixinStandardHelpOptions = true,
    description = {
      "Compares Lowtide's defaults with Random Cut Forest, run beside it, and with the figures in"
          + " BASELINES.csv of the same folder, where it is there.",
      "A set is a CSV file with a header and a column `anomaly` (0 or 1). Of the normal rows in"
          + " file order the even ones (0, 2, ...) train; the odd ones and all anomalies test."
    })
public final class DetectionBenchmark implements Callable<Integer> {

  /** Scores that are timed, at most; as many are done before, untimed. */
  private static final int TIMED_SCORES = 2000;

  @Spec private CommandSpec command;

  @Parameters(paramLabel = "FOLDER", description = "Folder of the sets.")
  private Path folder;

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
    if (!Files.isDirectory(folder)) {
      err().println("run-detection: skipped: no folder " + folder);
      return 0;
    }
    OptionException.requireAtLeastOne("--seeds", seeds);
    if (!(contamination >= 0 && contamination < 1)) {
      throw new OptionException(
          "--contamination: " + contamination + ", expected at least 0 and below 1");
    }
    List<BenchmarkSet> all = BenchmarkSet.readAll(folder);
    if (all.isEmpty()) {
      err().println("run-detection: skipped: no labelled set in " + folder);
      return 0;
    }
    List<BenchmarkSet> sets = BenchmarkOptions.only(all, BenchmarkSet::name, only);
    Path baselines = folder.resolve("BASELINES.csv");
    DetectionReport report =
        new DetectionReport(
            sets.stream().map(BenchmarkSet::name).toList(),
            run(sets),
            Files.exists(baselines) ? Baselines.read(baselines) : Baselines.none(),
            settings,
            contamination);
    report.write(output);
    out().println(report.summary());
    out().println("Report in " + output.resolve(DetectionReport.MARKDOWN));
    return 0;
  }

  private List<DetectionResult> run(List<BenchmarkSet> sets) {
    List<Detector> detectors =
        List.of(new LowtideDetector(settings), new RandomCutForestDetector());
    List<DetectionResult> results = new ArrayList<>();
    for (BenchmarkSet set : sets) {
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
