package io.lowtide.stream.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigurationDocumentTest {

  private static final Path DOCUMENT = Path.of("..", "docs", "configuration.md");

  @Test
  void shouldBeWhatTheSettingsSay() throws IOException {
    String generated = ConfigurationDocument.markdown();
    if (System.getProperty("update") != null) {
      Files.createDirectories(DOCUMENT.getParent());
      Files.writeString(DOCUMENT, generated);
    }

    assertThat(DOCUMENT)
        .as("write it with -Dtest=ConfigurationDocumentTest -Dupdate")
        .hasContent(generated);
  }
}
