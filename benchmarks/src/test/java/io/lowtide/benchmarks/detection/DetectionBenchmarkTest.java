package io.lowtide.benchmarks.detection;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.cli.Lowtide;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class DetectionBenchmarkTest {

  @TempDir private Path folder;

  private final StringWriter errors = new StringWriter();
  private final StringWriter printed = new StringWriter();

  @BeforeEach
  void writeASet() throws IOException {
    Files.writeString(folder.resolve("pumps.csv"), "x,anomaly\n1,0\n2,0\n3,0\n9,1\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -2})
  void shouldRefuseFewerThanOneSeed(int seeds) {
    assertThat(run("--seeds", String.valueOf(seeds))).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(errors).hasToString("run-detection: --seeds: " + seeds + ", expected at least 1\n");
  }

  @Test
  void shouldNameTheSetNearestToAMisspeltOne() {
    assertThat(run("--only", "pumps,pmups")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(errors)
        .hasToString("run-detection: --only: no set \"pmups\"; did you mean \"pumps\"?\n");
  }

  /** The one of three records beside one of four hundred. */
  @Test
  void shouldLeaveOutASetThatIsTooSmallAndGoOn() throws IOException {
    StringBuilder rows = new StringBuilder("x,y,anomaly\n");
    Random random = new Random(1);
    for (int row = 0; row < 400; row++) {
      rows.append(random.nextGaussian()).append(',').append(random.nextGaussian()).append(",0\n");
    }
    rows.append("9,9,1\n-8,7,1\n");
    Files.writeString(folder.resolve("valves.csv"), rows);
    Path output = folder.resolve("report");

    int code = run("--seeds", "1", "--set", "iterations=3", "--output", output.toString());

    assertThat(code).isEqualTo(CommandLine.ExitCode.OK);
    assertThat(printed.toString()).contains("pumps: left out: ");
    assertThat(output.resolve("detection.md"))
        .content()
        .contains("Left out: pumps: ", "expected at least", "| valves |")
        .doesNotContain("| pumps |");
  }

  @Test
  void shouldRefuseTwoSetsOfOneName() throws IOException {
    Path second = Files.createDirectory(folder.resolve("second"));
    Files.copy(folder.resolve("pumps.csv"), second.resolve("pumps.csv"));
    assertThat(run(second.toString())).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(errors)
        .hasToString(
            "run-detection: FOLDER: two sets are named \"pumps\", expected different names\n");
  }

  private int run(String... options) {
    CommandLine command =
        Lowtide.commandLine(new DetectionBenchmark())
            .setErr(new PrintWriter(errors, true))
            .setOut(new PrintWriter(printed, true));
    String[] arguments = new String[options.length + 1];
    arguments[0] = folder.toString();
    System.arraycopy(options, 0, arguments, 1, options.length);
    return command.execute(arguments);
  }
}
