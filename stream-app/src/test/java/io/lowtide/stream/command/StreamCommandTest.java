package io.lowtide.stream.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.cli.Lowtide;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamCommandTest {

  @TempDir private Path directory;
  private final StringWriter errors = new StringWriter();

  private int run(String... arguments) {
    return Lowtide.commandLine(new StreamCommand())
        .setErr(new PrintWriter(errors, true))
        .execute(arguments);
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
    assertThat(run(streamArguments("--set", "alert.budgt=0.1"))).isEqualTo(2);
    assertOneLine(
        "stream: alert.budgt (command line): no such setting; did you mean alert.budget?");
  }

  @Test
  void shouldRefuseToStreamWithAFileThatIsNotThere() {
    assertThat(run("--config", "no-such.properties")).isEqualTo(2);
    assertOneLine("no-such.properties");
  }

  @Test
  void shouldRefuseToStreamOnAPortThatIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());

      assertThat(run(streamArguments("--set", "http.port=" + port))).isEqualTo(2);
      assertOneLine(port);
    }
  }
}
