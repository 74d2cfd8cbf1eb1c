package io.lowtide.benchmarks.detection;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.cli.Lowtide;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class DetectionBenchmarkTest {

  @TempDir private Path folder;

  private final StringWriter errors = new StringWriter();

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

  private int run(String... options) {
    CommandLine command =
        Lowtide.commandLine(new DetectionBenchmark()).setErr(new PrintWriter(errors, true));
    String[] arguments = new String[options.length + 1];
    arguments[0] = folder.toString();
    System.arraycopy(options, 0, arguments, 1, options.length);
    return command.execute(arguments);
  }
}
