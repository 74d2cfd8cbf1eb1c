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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "registry.schema.registry.ssl.truststore.location",
        "registry.schema.registry.ssl.keystore.location",
        "kafka.ssl.truststore.location"
      })
  void shouldNameTheSettingOfAStoreThatIsNotThere(String setting) throws Exception {
    assertThat(run(streamArguments("--set", setting + "=/no/such.jks"))).isEqualTo(2);
    assertOneLine("stream: " + setting + ": /no/such.jks, expected a file that can be read");
  }

  @Test
  void shouldSayInOneLineThatARegistryStoreCannotBeUsed() throws Exception {
    Path store = Files.writeString(directory.resolve("store.jks"), "no store");

    String[] arguments =
        streamArguments(
            "--set",
            "registry.schema.registry.ssl.truststore.location=" + store,
            "--set",
            "registry.schema.registry.ssl.truststore.password=changeit");

    assertThat(run(arguments)).isEqualTo(2);
    assertOneLine("stream: registry.*: no client of the schema registry can be made with these");
    assertThat(errors.toString()).contains("keystore");
  }

  @Test
  void shouldSayInOneLineThatAStoreOfKafkaCannotBeUsed() throws Exception {
    Path store = Files.writeString(directory.resolve("store.jks"), "no store");

    String[] arguments =
        streamArguments(
            "--set",
            "http.port=0",
            "--set",
            "kafka.security.protocol=SSL",
            "--set",
            "kafka.ssl.truststore.location=" + store);

    assertThat(run(arguments)).isEqualTo(2);
    assertOneLine("stream: kafka.*, bootstrap.servers: no client of Kafka can be made with these");
    assertThat(errors.toString()).contains("keystore");
  }

  @Test
  void shouldNameTheSettingOfAJaasEntryThatCannotBeRead() throws Exception {
    String entry = "a.LoginModule required password=\"open-sesame;";

    assertThat(run(streamArguments("--set", "kafka.sasl.jaas.config=" + entry))).isEqualTo(2);
    assertOneLine("stream: kafka.sasl.jaas.config: not an entry of JAAS (not shown");
    assertThat(errors.toString()).doesNotContain("sesame");
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
