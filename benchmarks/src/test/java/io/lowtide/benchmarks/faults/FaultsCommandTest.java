package io.lowtide.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.cli.Lowtide;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class FaultsCommandTest {

  @TempDir private Path folder;

  private final StringWriter errors = new StringWriter();

  @ParameterizedTest
  @CsvSource({
    "--rounds, 0",
    "--calm, -1",
    "--away, -1",
    "--once-in, 0",
    "--once-in, -20",
    "--hold, 0",
    "--hold, -1",
    "--rate, 0",
    "--instances, 0"
  })
  void shouldRefuseAnOptionBelowOneBeforeAnythingIsStarted(String option, String value) {
    Path data = folder.resolve("data");

    assertThat(
            run(new FaultsCommand(), "model.avro", "--directory", data.toString(), option, value))
        .isEqualTo(CommandLine.ExitCode.USAGE);

    assertThat(errors)
        .hasToString("run-faults: " + option + ": " + value + ", expected at least 1\n");
    assertThat(Files.exists(data)).isFalse();
  }

  @Test
  void shouldRefuseToKillNoRetraining() {
    assertThat(run(new RetrainKillsCommand(), "--rounds", "0"))
        .isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(errors).hasToString("run-retrain-kills: --rounds: 0, expected at least 1\n");
  }

  private int run(Object command, String... arguments) {
    return Lowtide.commandLine(command)
        .setOut(new PrintWriter(new StringWriter()))
        .setErr(new PrintWriter(errors, true))
        .execute(arguments);
  }
}
