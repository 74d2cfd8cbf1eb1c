package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.kafka.settings.SettingsException;
import io.lowtide.kafka.settings.SettingsSources;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainingSettingsTest {

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
        .isInstanceOf(SettingsException.class)
        .hasMessage("iteration (settings): no such setting; did you mean iterations?");
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
  void shouldTakeNoiseOfAMixtureThatBoundsItsDensityAndLeavesSomethingOfTheValues() {
    assertThat(TrainingSettings.of(Map.of("mixture.smoothing", "10")).mixtureSmoothings())
        .containsExactly(10.0);
    for (String smoothing : List.of("0", "10.1", "Infinity", "NaN")) {
      assertThatThrownBy(() -> TrainingSettings.of(Map.of("mixture.smoothing", smoothing)))
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("mixture.smoothing")
          .hasMessageContaining("expected above 0, at most 10, or empty");
    }
  }

  @Test
  void shouldTakeTheBudgetFromARateOfAlerts() {
    TrainingSettings settings =
        TrainingSettings.of(Map.of("alerts.per.hour", "2", "records.per.hour", "36000"));
    assertThat(settings.budget()).isEqualTo(2.0 / 36_000);
    assertThatThrownBy(() -> TrainingSettings.of(Map.of("alerts.per.hour", "2")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(
            "alerts.per.hour: 2.0 with records.per.hour null; expected both or none");
    assertThatThrownBy(
            () ->
                TrainingSettings.of(
                    Map.of("alerts.per.hour", "2", "records.per.hour", "36000", "budget", "0.01")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("alerts.per.hour: 2.0 beside budget 0.01; expected one of the two");
  }

  @Test
  void shouldListEveryProblemAtOnceWithItsOrigin() {
    assertThatThrownBy(
            () ->
                TrainingSettings.of(
                    SettingsSources.none()
                        .withEnvironment(Map.of("LOWTIDE_TRAINING_BATCHSIZE", "12"))
                        .with(Map.of("iterations", "0", "trace", "guessed"), "command line")))
        .isInstanceOfSatisfying(SettingsException.class, e -> assertThat(e.problems()).hasSize(3))
        .hasMessageContaining(
            "LOWTIDE_TRAINING_BATCHSIZE (environment): no such setting; did you mean"
                + " LOWTIDE_TRAINING_BATCH_SIZE?")
        .hasMessageContaining("iterations (command line)")
        .hasMessageContaining("trace (command line)");
  }

  @Test
  void shouldTakeVariablesOfTheEnvironmentButNoneOfTheStream() {
    TrainingSettings settings =
        TrainingSettings.of(
            SettingsSources.none()
                .withEnvironment(
                    Map.of(
                        "LOWTIDE_TRAINING_BATCH_SIZE", "12",
                        "LOWTIDE_TRAINING_SERVICE_HOST", "10.0.0.1",
                        "LOWTIDE_DETECTOR", "press-line",
                        "LOWTIDE_JAVA_OPTIONS", "-Xmx1g"))
                .with(Map.of("iterations", "7"), "command line"));

    assertThat(settings.batchSize()).isEqualTo(12);
    assertThat(settings.iterations()).isEqualTo(7);
  }
}
