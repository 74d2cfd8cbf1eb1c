package io.lowtide.stream.config;

import io.lowtide.kafka.settings.GeneratedPage;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ConfigurationDocumentTest {

  @Test
  void shouldBeWhatTheSettingsSay() throws IOException {
    GeneratedPage.assertCurrent("configuration.md", ConfigurationDocument.markdown());
  }
}
