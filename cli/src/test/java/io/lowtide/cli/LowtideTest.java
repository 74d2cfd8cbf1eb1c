package io.lowtide.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.kafka.settings.SettingsException;
import java.io.FileNotFoundException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class LowtideTest {

  /** Fails as it is told to. */
  @Command(name = "fail", mixinStandardHelpOptions = true)
  private static final class Failing implements LowtideCommand {

    private final Exception fault;

    @Option(names = "--count")
    private int count;

    Failing(Exception fault) {
      this.fault = fault;
    }

    @Override
    public Integer call() throws Exception {
      throw fault;
    }
  }

  private final StringWriter errors = new StringWriter();
  private final StringWriter output = new StringWriter();

  private int run(CommandLine command, String... arguments) {
    return command
        .setErr(new PrintWriter(errors, true))
        .setOut(new PrintWriter(output, true))
        .execute(arguments);
  }

  private int fail(Exception fault, String... arguments) {
    return run(Lowtide.commandLine(new Failing(fault)), arguments);
  }

  private void assertOneLine(String expected) {
    assertThat(errors.toString()).isEqualToNormalizingNewlines(expected + "\n");
  }

  @Test
  void shouldOfferTheCommandsOnItsClassPathInAlphabeticalOrder() {
    assertThat(Lowtide.commandLine().getSubcommands())
        .containsOnlyKeys("alerts", "episodes", "feedback", "models", "publish", "webhook");
    assertThat(run(Lowtide.commandLine(), "--help")).isZero();
    assertThat(output.toString()).containsSubsequence("alerts", "models", "publish");
  }

  @Test
  void shouldTellAnErrorOfItsOwnTypesInOneLine() {
    assertThat(fail(new SettingsException(List.of("threads: 0, expected at least 1"))))
        .isEqualTo(2);
    assertOneLine("fail: threads: 0, expected at least 1");
  }

  @Test
  void shouldTellOfAFileThatIsNotThere() {
    assertThat(fail(new NoSuchFileException("model.avro"))).isEqualTo(2);
    assertOneLine("fail: model.avro: no such file");
  }

  @Test
  void shouldTellTheCauseOfAnErrorOfKafkaThatSaysLittle() {
    Exception fault =
        new KafkaException("Failed to construct consumer", new IllegalStateException("no DNS"));
    assertThat(fail(fault)).isEqualTo(2);
    assertOneLine("fail: Failed to construct consumer: no DNS");
  }

  @Test
  void shouldTellWhatFailedInAnotherThread() {
    assertThat(fail(new CompletionException(new FileNotFoundException("registry.log"))))
        .isEqualTo(2);
    assertOneLine("fail: registry.log");
  }

  @Test
  void shouldKeepTheStackTraceOfAFaultOfItsOwn() {
    assertThat(fail(new IllegalStateException("cannot be"))).isEqualTo(1);
    assertThat(errors.toString()).contains("cannot be", "at io.lowtide.cli.LowtideTest");
  }

  @Test
  void shouldTellOfAnOptionThatIsNotAsExpectedInOneLine() {
    assertThat(fail(null, "--count", "many")).isEqualTo(2);
    assertOneLine(
        "fail: Invalid value for option '--count': 'many' is not an int (see fail --help)");
  }

  @Test
  void shouldSuggestACommandForAMisspeltOne() {
    assertThat(run(Lowtide.commandLine(), "alrts")).isEqualTo(2);
    assertThat(errors.toString().lines()).singleElement().asString().contains("alrts", "alerts");
  }
}
