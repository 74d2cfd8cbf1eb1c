package io.lowtide.cli.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.lowtide.cli.OptionException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ThinnedWarningsTest {

  private final LoggerContext context = new LoggerContext();
  private final ListAppender<ILoggingEvent> written = new ListAppender<>();
  private final Logger client = context.getLogger("org.apache.kafka.clients.NetworkClient");
  private long now = 5;

  @BeforeEach
  void configure() {
    ThinnedWarnings filter = new ThinnedWarnings(() -> now);
    filter.addLoggers("org.apache.kafka");
    filter.addNormal("CONCURRENT_TRANSACTIONS");
    context.addTurboFilter(filter);
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    written.start();
    root.addAppender(written);
  }

  private List<String> lines() {
    return written.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void shouldWriteTheFirstOfEachKindAndThenOneAMinuteWithTheirCount() {
    for (int i = 0; i < 90; i++) {
      client.warn("[Consumer clientId=c-{}] Connection to node {} (b/127.0.0.1:9092) failed", i, i);
      client.warn("[Producer clientId=p] Bootstrap broker 127.0.0.1:{} disconnected", i);
      now += Duration.ofSeconds(1).toNanos();
    }

    assertThat(lines())
        .containsExactly(
            "[Consumer clientId=c-0] Connection to node 0 (b/127.0.0.1:9092) failed",
            "[Producer clientId=p] Bootstrap broker 127.0.0.1:0 disconnected",
            "[Consumer clientId=c-60] Connection to node 60 (b/127.0.0.1:9092) failed"
                + " (and 59 more like this since the last)",
            "[Producer clientId=p] Bootstrap broker 127.0.0.1:60 disconnected"
                + " (and 59 more like this since the last)");
    assertThat(written.list).allMatch(event -> event.getLevel() == Level.WARN);
    assertThat(written.list).allMatch(event -> event.getLoggerName().equals(client.getName()));
  }

  @Test
  void shouldWriteAnExceptionInOneLineWithItsFirstCause() {
    client.error(
        "Sending to {} failed",
        "n1",
        new IllegalStateException("Failed to create\nand more", new ConnectException("refused")));

    assertThat(lines())
        .containsExactly(
            "Sending to n1 failed: java.lang.IllegalStateException: Failed to create"
                + " Cause: java.net.ConnectException: refused");
    assertThat(written.list.get(0).getThrowableProxy()).isNull();
  }

  @Test
  void shouldNotRepeatWhatAnExceptionOfOursSays() {
    client.error("Failed to process", new RuntimeException(new OptionException("ours")));

    assertThat(lines()).isEmpty();
  }

  @Test
  void shouldNotWriteWhatIsNormal() {
    client.warn("Got error produce response, retrying. Error: {}", "CONCURRENT_TRANSACTIONS");

    assertThat(lines()).isEmpty();
  }

  @Test
  void shouldLeaveOtherLoggersAndLevelsAlone() {
    Logger other = context.getLogger("io.lowtide.stream");
    Logger quiet = context.getLogger("org.apache.kafka.quiet");
    quiet.setLevel(Level.OFF);
    IllegalStateException fault = new IllegalStateException("seen");
    for (int i = 0; i < 3; i++) {
      other.warn("Ours", fault);
      quiet.error("Off");
      client.info("Not written at this level");
    }

    assertThat(lines()).containsExactly("Ours", "Ours", "Ours");
    assertThat(written.list).allMatch(event -> event.getThrowableProxy() != null);
  }
}
