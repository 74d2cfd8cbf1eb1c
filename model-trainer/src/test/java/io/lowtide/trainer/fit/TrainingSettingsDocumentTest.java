package io.lowtide.trainer.fit;

import io.lowtide.kafka.settings.GeneratedPage;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class TrainingSettingsDocumentTest {

  @Test
  void shouldBeWhatTheSettingsSay() throws IOException {
    GeneratedPage.assertCurrent("training-settings.md", TrainingSettingsDocument.markdown());
  }
}
