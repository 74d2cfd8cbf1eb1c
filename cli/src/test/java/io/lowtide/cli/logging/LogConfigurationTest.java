package io.lowtide.cli.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import io.lowtide.kafka.settings.Secrets;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The log as the command line writes it. */
class LogConfigurationTest {

  private final LoggerContext context = new LoggerContext();
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream errors = System.err;

  @BeforeEach
  void configure() throws Exception {
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    context.setMDCAdapter(new LogbackMDCAdapter());
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(LogConfigurationTest.class.getResource("/logback.xml"));
  }

  @AfterEach
  void restore() {
    context.stop();
    System.setErr(errors);
  }

  private String log() {
    return written.toString(StandardCharsets.UTF_8);
  }

  @Test
  void shouldHideSecretsInMessagesAndExceptions() {
    Secrets.remember("kafka.ssl.key.password", "correct-horse");

    context
        .getLogger("io.lowtide.stream")
        .error("Refused {}", "correct-horse", new IllegalStateException("no correct-horse"));

    assertThat(log())
        .contains("ERROR stream: Refused [hidden]")
        .contains("IllegalStateException: no [hidden]")
        .doesNotContain("correct-horse");
  }

  @Test
  void shouldThinOutTheWarningsOfKafkasClients() {
    for (int i = 0; i < 100; i++) {
      context
          .getLogger("org.apache.kafka.clients.NetworkClient")
          .warn("[Producer clientId=p{}] Connection to node {} could not be established", i, i);
    }

    assertThat(log().lines())
        .singleElement()
        .asString()
        .endsWith("[Producer clientId=p0] Connection to node 0 could not be established");
  }

  @Test
  void shouldNotTellOfTransactionsThatFollowEachOtherQuickly() {
    context
        .getLogger("org.apache.kafka.clients.producer.internals.Sender")
        .warn("Got error produce response, retrying. Error: {}", "CONCURRENT_TRANSACTIONS");

    assertThat(log()).isEmpty();
  }
}
