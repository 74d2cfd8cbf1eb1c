package io.lowtide.benchmarks.nab;

import io.lowtide.benchmarks.BenchmarkOptions;
import io.lowtide.cli.Lowtide;
import io.lowtide.cli.OptionException;
import io.lowtide.density.calibration.FollowingCalibration;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * Detection on streams: the Numenta Anomaly Benchmark (Lavin and Ahmad 2015); {@code
 * benchmarks/run-nab} runs it.
 */
@Command(
    name = "run-nab",
    mixinStandardHelpOptions = true,
    description = {
      "Runs detectors on files of the Numenta Anomaly Benchmark, scores them by its rules, and puts"
          + " its published scoreboard beside them.",
      "The folder holds the files (columns timestamp and value) and windows.json, the labelled"
          + " windows of each, as in NAB's labels/combined_windows.json."
    })
public final class NabBenchmark implements Callable<Integer> {

  @Spec private CommandSpec command;

  @Parameters(paramLabel = "FOLDER", description = "Folder of the files and of windows.json.")
  private Path folder;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = "runs/nab",
      description = "Folder for report, results and plots. Default: ${DEFAULT-VALUE}.")
  private Path output;

  @Option(
      names = "--seeds",
      defaultValue = "3",
      description = "Runs of each detector that has a seed. Default: ${DEFAULT-VALUE}.")
  private int seeds;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "These files alone, named without .csv and separated by commas.")
  private List<String> only = List.of();

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "A training setting of Lowtide other than the default, for experiments.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--lags",
      defaultValue = "0,1",
      split = ",",
      paramLabel = "N",
      description =
          "How many of the values before Lowtide judges a record under; several are separated by"
              + " commas. Default: ${DEFAULT-VALUE}.")
  private List<Integer> lags;

  @Option(
      names = "--window",
      paramLabel = "N",
      defaultValue = "10000",
      description =
          "calibration.window of the stream, where calibration follows it. Default:"
              + " ${DEFAULT-VALUE}.")
  private int window;

  /** Runs the benchmark and ends the JVM. */
  public static void main(String[] arguments) {
    System.exit(Lowtide.commandLine(new NabBenchmark()).execute(arguments));
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
      err().println("run-nab: skipped: no folder " + folder);
      return 0;
    }
    OptionException.requireAtLeastOne("--seeds", seeds);
    if (window < FollowingNabDetector.LEAST_WINDOW
        || window > FollowingCalibration.LARGEST_WINDOW) {
      throw new OptionException(
          "--window: "
              + window
              + ", expected "
              + FollowingNabDetector.LEAST_WINDOW
              + " to "
              + FollowingCalibration.LARGEST_WINDOW);
    }
    List<NabSet> all = NabSet.readAll(folder);
    if (all.isEmpty()) {
      err().println("run-nab: skipped: no file in " + folder.resolve(NabSet.WINDOWS));
      return 0;
    }
    List<NabSet> sets = BenchmarkOptions.only(all, NabSet::name, only);
    NabScorer scorer = new NabScorer(NabProfile.STANDARD);
    List<NabRun> runs = new ArrayList<>();
    for (NabDetector detector : detectors()) {
      NabRun run = NabRun.of(detector, sets, scorer);
      runs.add(run);
      out()
          .printf(
              Locale.ROOT,
              "%-40s %6.2f  %d of %d windows, %d false positives, %.1f s%n",
              run.detector(),
              scorer.normalised(run.total(), run.windows()),
              run.windowsDetected(),
              run.windows(),
              run.falsePositives(),
              run.seconds());
    }
    NabReport report = new NabReport(sets, runs, NabPublished.readAll(), scorer);
    report.write(output);
    out().println(report.summary());
    out().println("Report in " + output.resolve(NabReport.MARKDOWN));
    return 0;
  }

  /** Every run: detectors without a seed once, the others with each seed. */
  private List<NabDetector> detectors() {
    List<NabDetector> detectors = new ArrayList<>();
    for (long seed = 1; seed <= seeds; seed++) {
      for (int before : lags) {
        LowtideNabDetector lowtide = new LowtideNabDetector(settings, before, seed);
        detectors.add(lowtide);
        detectors.add(new RecalibratedNabDetector(lowtide));
        detectors.add(new FollowingNabDetector(lowtide, window));
      }
      detectors.add(new RandomCutForestNabDetector(seed));
    }
    detectors.add(new WindowedGaussianNabDetector());
    return detectors;
  }
}
