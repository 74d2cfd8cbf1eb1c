package io.lowtide.benchmarks.nab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.cli.Lowtide;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class NabBenchmarkTest {

  private static final List<String> SETS =
      List.of(
          "ambient_temperature_system_failure",
          "cpu_utilization_asg_misconfiguration",
          "ec2_request_latency_system_failure",
          "machine_temperature_system_failure",
          "nyc_taxi");

  /** Lowtide is only to run here. */
  private static final String SMALL = "--set=hidden.units=8";

  private static final String LESS = "--set=iterations=5";

  @TempDir private Path folder;

  private final StringWriter errors = new StringWriter();

  @Test
  void shouldWriteReportResultsAndPlots() throws IOException {
    writeSet("pumps");
    assertThat(run("--seeds", "2", SMALL, LESS, "--lags", "1")).as(errors.toString()).isZero();
    assertThat(output(NabReport.MARKDOWN))
        .content()
        .contains(
            "1 files with 1 windows",
            "| random-cut-forest | 2 |",
            "| windowed-gaussian | 1 |",
            "| lowtide, time of day, 1 before, ranked online | 2 |",
            "| lowtide, time of day, 1 before, calibration follows | 2 |")
        .contains(
            "No published figures are shown: there are none here for these windows of" + " pumps.");
    assertThat(output("nab.csv")).content().hasLineCount(10);
    assertThat(output("nab-pumps.png")).isNotEmptyFile();
  }

  @Test
  void shouldPutThePublishedScoreboardBeside() throws IOException {
    writeSet("cpu_utilization_asg_misconfiguration");
    assertThat(run("--seeds", "1", SMALL, LESS, "--lags", "0")).as(errors.toString()).isZero();
    assertThat(output(NabReport.MARKDOWN))
        .content()
        .contains("Not strictly comparable", "all of NAB's 58 files")
        .contains("| randomCutForest |", "| null | 0.0 |")
        .contains("## The scoring, checked");
  }

  @Test
  void shouldLeaveThePublishedScoreboardOutForOtherWindows() throws IOException {
    writeSet("nyc_taxi");
    assertThat(run("--seeds", "1", SMALL, LESS, "--lags", "0")).as(errors.toString()).isZero();
    assertThat(output(NabReport.MARKDOWN))
        .content()
        .contains("there are none here for these windows of nyc_taxi.")
        .doesNotContain("randomCutForest");
  }

  /** The totals of NAB's scoreboard: its README, and results/final_results.json. */
  @Test
  void shouldHoldThePublishedScoreboard() throws IOException {
    List<NabPublished> published = NabPublished.readAll();
    assertThat(published).hasSize(16);
    NabScorer scorer = new NabScorer(NabProfile.STANDARD);
    assertThat(published)
        .allSatisfy(detector -> assertThat(detector.scores()).containsOnlyKeys(SETS))
        .filteredOn(detector -> List.of("numenta", "randomCutForest").contains(detector.detector()))
        .extracting(detector -> scorer.normalised(detector.total(), NabPublished.WINDOWS))
        .satisfiesExactly(
            numenta -> assertThat(numenta).isCloseTo(70.1011, within(1e-4)),
            forest -> assertThat(forest).isCloseTo(51.7171, within(1e-4)));
    NabPublished none = published.get(published.size() - 1);
    assertThat(none.detector()).isEqualTo("null");
    assertThat(none.sum(SETS)).isEqualTo(-15);
  }

  @Test
  void shouldSkipWithoutAFolder() {
    folder = folder.resolve("nowhere");
    assertThat(run()).isZero();
  }

  @Test
  void shouldRefuseFewerThanOneSeedAndAMisspeltName() throws IOException {
    writeSet("pumps");
    assertThat(run("--seeds", "0")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(run("--window", "98")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(run("--only", "pmups")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(errors)
        .hasToString(
            "run-nab: --seeds: 0, expected at least 1\n"
                + "run-nab: --window: 98, expected 99 to 100000\n"
                + "run-nab: --only: no set \"pmups\"; did you mean \"pumps\"?\n");
  }

  private Path output(String name) {
    return folder.resolve("out").resolve(name);
  }

  private int run(String... options) {
    CommandLine command =
        Lowtide.commandLine(new NabBenchmark()).setErr(new PrintWriter(errors, true));
    String[] arguments = new String[options.length + 3];
    arguments[0] = folder.toString();
    arguments[1] = "--output";
    arguments[2] = folder.resolve("out").toString();
    System.arraycopy(options, 0, arguments, 3, options.length);
    return command.execute(arguments);
  }

  /** 600 hours of noise with a spike in hour 400, and a window of 21 hours around it. */
  private void writeSet(String name) throws IOException {
    DateTimeFormatter format = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
    LocalDateTime start = LocalDateTime.of(2014, 7, 1, 0, 0);
    Random random = new Random(4);
    StringBuilder text = new StringBuilder("timestamp,value\n");
    for (int row = 0; row < 600; row++) {
      double value = row == 400 ? 90 : 10 + random.nextGaussian();
      text.append(start.plusHours(row).format(format)).append(',').append(value).append('\n');
    }
    Files.writeString(folder.resolve(name + ".csv"), text);
    Files.writeString(
        folder.resolve(NabSet.WINDOWS),
        String.format(
            "{\"%s.csv\": [[\"%s\", \"%s\"]]}",
            name, start.plusHours(390).format(format), start.plusHours(410).format(format)));
  }
}
