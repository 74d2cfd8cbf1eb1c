package io.lowtide.stream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.stream.TestModels;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandsTest {

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
    return new CommandLine(command)
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

  private String[] streamArguments(String... more) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("stream.properties"),
            """
            bootstrap.servers=127.0.0.1:1
            schema.registry.url=http://127.0.0.1:1
            detector=press-line
            source.topics=readings
            """);
    String[] all = new String[more.length + 2];
    all[0] = "--config";
    all[1] = file.toString();
    System.arraycopy(more, 0, all, 2, more.length);
    return all;
  }

  @Test
  void shouldRefuseToStreamWithAMisspeltSetting() throws Exception {
    assertThat(run(new StreamCommand(), streamArguments("--set", "alert.budgt=0.1"))).isEqualTo(2);
    assertOneLine(
        "stream: alert.budgt (command line): no such setting; did you mean alert.budget?");
  }

  @Test
  void shouldRefuseToStreamWithAFileThatIsNotThere() {
    assertThat(run(new StreamCommand(), "--config", "no-such.properties")).isEqualTo(2);
    assertOneLine("no-such.properties");
  }

  @Test
  void shouldRefuseToStreamOnAPortThatIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());

      assertThat(run(new StreamCommand(), streamArguments("--set", "http.port=" + port)))
          .isEqualTo(2);
      assertOneLine(port);
    }
  }

  @Test
  void shouldSayWhichBundleIsMissing() {
    assertThat(run(new PublishCommand(), withConnection("no-such.avro"))).isEqualTo(2);
    assertOneLine("publish: no-such.avro: no such file");
  }

  @Test
  void shouldNotPublishATruncatedBundle() throws Exception {
    Path file = directory.resolve("model.avro");
    BundleFiles.write(file, TestModels.bundle("v1"));
    byte[] content = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(content, content.length / 2));

    assertThat(run(new PublishCommand(), withConnection(file.toString()))).isEqualTo(2);
    assertOneLine("model bundle refused");
  }

  @Test
  void shouldSayThatKafkaDoesNotAnswer() throws Exception {
    Path file = directory.resolve("model.avro");
    BundleFiles.write(file, TestModels.bundle("v1"));

    assertThat(run(new PublishCommand(), withConnection(file.toString()))).isEqualTo(2);
    assertOneLine("publish: ");
  }

  @Test
  void shouldSayWhatAConnectionLacks() {
    assertThat(run(new AlertsCommand())).isEqualTo(2);
    assertThat(errors.toString()).contains("bootstrap.servers").contains("schema.registry.url");
  }
}
