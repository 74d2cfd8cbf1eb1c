package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

class TrainingSettingsTest {

  private static final Path DOCUMENT = Path.of("../docs/training-settings.md");

  @Test
  void shouldHaveTheDocumentedDefaults() {
    TrainingSettings settings = TrainingSettings.of(Map.of());
    assertThat(settings.hiddenUnits()).isEqualTo(List.of(64, 64));
    assertThat(settings.batchSize()).isEqualTo(256);
    assertThat(settings.budget()).isEqualTo(0.01);
    assertThat(settings.smoothing()).isEqualTo(0.2);
  }

  @Test
  void shouldSuggestTheNearestNameForAnUnknownOne() {
    assertThatThrownBy(() -> TrainingSettings.of(Map.of("iteration", "3")))
        .isInstanceOf(ConfigException.class)
        .hasMessage("unknown training setting \"iteration\"; did you mean \"iterations\"?");
  }

  @Test
  void shouldNameAValueThatIsOutOfRange() {
    assertThatThrownBy(() -> TrainingSettings.of(Map.of("batch.size", "0")))
        .hasMessageContaining("0")
        .hasMessageContaining("batch.size");
    assertThatThrownBy(() -> TrainingSettings.of(Map.of("hidden.units", "64,x")))
        .hasMessageContaining("hidden.units")
        .hasMessageContaining("x");
    assertThatThrownBy(() -> TrainingSettings.of(Map.of("activation", "relu")))
        .hasMessageContaining("relu")
        .hasMessageContaining("activation");
  }

  @Test
  void shouldTakeTheBudgetFromARateOfAlerts() {
    TrainingSettings settings =
        TrainingSettings.of(Map.of("alerts.per.hour", "2", "records.per.hour", "36000"));
    assertThat(settings.budget()).isEqualTo(2.0 / 36_000);
    assertThatThrownBy(() -> TrainingSettings.of(Map.of("alerts.per.hour", "2")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("records.per.hour")
        .hasMessageContaining("expected at least twice alerts.per.hour, which is 2.0");
    assertThatThrownBy(
            () ->
                TrainingSettings.of(
                    Map.of("alerts.per.hour", "2", "records.per.hour", "36000", "budget", "0.01")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("budget and alerts.per.hour both state the false-alarm budget");
  }

  /** Run with -Dlowtide.documentation.update=true to write the document anew. */
  @Test
  void shouldBeDocumentedAsTheyAre() throws IOException {
    String expected =
        "# Training settings\n\n"
            + "For `--set NAME=VALUE` and the properties file of `lowtide train --config`."
            + " Generated from the code that reads them.\n\n"
            + TrainingSettings.documentation();
    if (Boolean.getBoolean("lowtide.documentation.update")) {
      Files.writeString(DOCUMENT, expected);
    }
    assertThat(DOCUMENT).content().isEqualTo(expected);
  }
}
