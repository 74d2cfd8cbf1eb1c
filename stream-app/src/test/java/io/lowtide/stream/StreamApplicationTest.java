package io.lowtide.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.lowtide.stream.config.StreamSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class StreamApplicationTest {

  private static StreamSettings settings(Path stateDirectory, Map<String, String> others) {
    Map<String, String> settings = new HashMap<>(others);
    settings.put("detector", "press-line");
    settings.put("source.topics", "readings");
    settings.put("bootstrap.servers", "127.0.0.1:1");
    settings.put("schema.registry.url", "mock://none");
    settings.put("state.directory", stateDirectory.toString());
    return StreamSettings.of(settings);
  }

  @Test
  void shouldWarnAtTheStartOfASettingThatNoClientOfKafkaHas(@TempDir Path directory)
      throws IOException {
    ListAppender<ILoggingEvent> written = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(StreamApplication.class);
    logger.addAppender(written);
    written.start();
    StreamSettings settings =
        settings(directory, Map.of("http.port", "0", "kafka.security.protocl", "SSL"));

    try (StreamApplication application = StreamApplication.start(settings)) {
      assertThat(application.isLive()).isTrue();
    } finally {
      logger.detachAppender(written);
    }

    assertThat(written.list)
        .filteredOn(event -> event.getLevel() == Level.WARN)
        .extracting(ILoggingEvent::getFormattedMessage)
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("kafka.security.protocl: ")
                    .contains("the nearest is kafka.security.protocol;"));
  }

  @Test
  void shouldNameAStateDirectoryThatCannotBeWrittenTo(@TempDir Path directory) throws IOException {
    Path file = Files.createFile(directory.resolve("state"));
    StreamSettings settings = settings(file, Map.of());

    assertThatThrownBy(() -> StreamApplication.start(settings))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("state.directory: " + file + ", expected a directory to write to");
  }
}
