package io.lowtide.trainer.retrain;

import io.lowtide.kafka.settings.GeneratedPage;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class RetrainSettingsDocumentTest {

  @Test
  void shouldBeWhatTheSettingsSay() throws IOException {
    GeneratedPage.assertCurrent("retrain-settings.md", RetrainSettingsDocument.markdown());
  }
}
