package io.lowtide.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.cli.alerts.AlertsCommand;
import io.lowtide.cli.alerts.EpisodesCommand;
import io.lowtide.cli.feedback.FeedbackCommand;
import io.lowtide.cli.models.PublishCommand;
import io.lowtide.density.TestBundles;
import io.lowtide.density.bundle.BundleFiles;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectionCommandsTest {

  private static final String[] CONNECTION = {
    "--bootstrap-servers",
    "127.0.0.1:1",
    "--registry-url",
    "http://127.0.0.1:1",
    "--kafka",
    "default.api.timeout.ms=200",
    "--kafka",
    "request.timeout.ms=100"
  };

  @TempDir private Path directory;
  private final StringWriter errors = new StringWriter();
  private final StringWriter output = new StringWriter();

  private int run(Object command, String... arguments) {
    return Lowtide.commandLine(command)
        .setErr(new PrintWriter(errors, true))
        .setOut(new PrintWriter(output, true))
        .execute(arguments);
  }

  private static String[] withConnection(String... arguments) {
    String[] all = new String[arguments.length + CONNECTION.length];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    System.arraycopy(CONNECTION, 0, all, arguments.length, CONNECTION.length);
    return all;
  }

  private void assertOneLine(String text) {
    assertThat(errors.toString().lines()).hasSize(1);
    assertThat(errors.toString()).contains(text);
  }

  @Test
  void shouldSayWhichBundleIsMissing() {
    assertThat(run(new PublishCommand(), withConnection("no-such.avro"))).isEqualTo(2);
    assertOneLine("publish: no-such.avro: no such file");
  }

  @Test
  void shouldNotPublishATruncatedBundle() throws Exception {
    Path file = directory.resolve("model.avro");
    BundleFiles.write(file, TestBundles.bundle());
    byte[] content = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(content, content.length / 2));

    assertThat(run(new PublishCommand(), withConnection(file.toString()))).isEqualTo(2);
    assertOneLine("model bundle refused");
  }

  @Test
  void shouldSayThatKafkaDoesNotAnswer() throws Exception {
    Path file = directory.resolve("model.avro");
    BundleFiles.write(file, TestBundles.bundle());

    assertThat(run(new PublishCommand(), withConnection(file.toString()))).isEqualTo(2);
    assertOneLine("publish: ");
  }

  @ParameterizedTest
  @CsvSource({
    "--from, yesterday, 'yesterday, expected beginning, end, a time'",
    "--from, 2026-03-01T12:00, 'expected beginning, end, a time'",
    "--from, P1Y, 'expected beginning, end, a time'",
    "--until, end, 'end, expected a time'",
    "--severity, severe, 'severe, expected one of LOW, MEDIUM, HIGH, CRITICAL'",
    "--limit, -1, '-1, expected at least 0'"
  })
  void shouldSayWhichOptionOfReadingIsNotAsExpected(String option, String value, String expected) {
    for (Object command : List.of(new AlertsCommand(), new EpisodesCommand())) {
      assertThat(run(command, withConnection(option, value))).isEqualTo(2);
    }
    assertThat(errors.toString().lines())
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).contains(": " + option + ": ").contains(expected));
  }

  @Test
  void shouldSayWhatFeedbackLacks() {
    assertThat(run(new FeedbackCommand(), withConnection("readings-0-1-v1"))).isEqualTo(2);
    assertThat(run(new FeedbackCommand(), withConnection("--normal"))).isEqualTo(2);
    assertThat(run(new FeedbackCommand(), withConnection("id", "--normal", "--anomaly")))
        .isEqualTo(2);
    assertThat(errors.toString().lines())
        .hasSize(3)
        .satisfiesExactly(
            line -> assertThat(line).contains("readings-0-1-v1: expected --normal or --anomaly"),
            line -> assertThat(line).contains("no ID, expected the id of the alert or episode"),
            line -> assertThat(line).contains("mutually exclusive"));
  }

  @Test
  void shouldSayWhatAConnectionLacks() {
    assertThat(run(new AlertsCommand())).isEqualTo(2);
    assertThat(errors.toString()).contains("bootstrap.servers").contains("schema.registry.url");
  }
}
