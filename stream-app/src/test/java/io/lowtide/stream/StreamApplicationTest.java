package io.lowtide.stream;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.stream.config.StreamSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamApplicationTest {

  @Test
  void shouldNameAStateDirectoryThatCannotBeWrittenTo(@TempDir Path directory) throws IOException {
    Path file = Files.createFile(directory.resolve("state"));
    StreamSettings settings =
        StreamSettings.of(
            Map.of(
                "detector", "press-line",
                "source.topics", "readings",
                "bootstrap.servers", "127.0.0.1:1",
                "schema.registry.url", "mock://none",
                "state.directory", file.toString()));

    assertThatThrownBy(() -> StreamApplication.start(settings))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("state.directory: " + file + ", expected a directory to write to");
  }
}
