package io.lowtide.trainer.retrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.kafka.settings.SettingsException;
import io.lowtide.kafka.settings.SettingsSources;
import io.lowtide.kafka.topic.RecordWindow;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RetrainSettingsTest {

  private static final Instant NOW = Instant.parse("2026-03-10T00:00:00Z");

  static RetrainSettings settings(String... namesAndValues) {
    Map<String, String> named = new HashMap<>();
    named.put("detector", "press");
    named.put("bootstrap.servers", "127.0.0.1:1");
    named.put("schema.registry.url", "mock://none");
    named.put("source.topics", "telemetry");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      named.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return RetrainSettings.of(SettingsSources.none().with(named, "test"));
  }

  @Test
  void shouldTakeTheLastWeekUnlessToldOtherwise() {
    assertThat(settings().window(NOW))
        .isEqualTo(new RecordWindow.Times(Instant.parse("2026-03-03T00:00:00Z"), NOW));
  }

  @Test
  void shouldReadWindowsAsPeopleWriteThem() {
    assertThat(settings("retrain.last", "50000").window(NOW))
        .isEqualTo(new RecordWindow.Last(50_000));
    assertThat(settings("retrain.last", "36h").window(NOW))
        .isEqualTo(new RecordWindow.Times(NOW.minus(Duration.ofHours(36)), NOW));
    assertThat(settings("retrain.last", "P2W").window(NOW))
        .isEqualTo(new RecordWindow.Times(NOW.minus(Duration.ofDays(14)), NOW));
    assertThat(settings("retrain.from", "2026-03-01T00:00:00Z").window(NOW))
        .isEqualTo(new RecordWindow.Times(Instant.parse("2026-03-01T00:00:00Z"), NOW));
  }

  @Test
  void shouldNameAValueThatIsNoWindow() {
    for (String wrong :
        new String[] {
          "week",
          "0",
          "-5",
          "P1M",
          "P1M1W",
          "PT0S",
          "",
          "999999999w",
          "P36501D",
          "PT1000000000000000S",
          "PT9999999999999999999S",
          "P999999999W"
        }) {
      assertThatThrownBy(() -> settings("retrain.last", wrong))
          .as(wrong)
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("retrain.last")
          .hasMessageContaining("expected a duration");
    }
    assertThatThrownBy(() -> settings("retrain.from", "yesterday"))
        .hasMessageContaining("expected a time such as");
  }

  @Test
  void shouldRefuseWhatContradictsItself() {
    assertThatThrownBy(() -> settings("retrain.data", "a.csv"))
        .hasMessageContaining("expected one of them");
    assertThatThrownBy(() -> settings("source.topics", ""))
        .hasMessageContaining("expected one of them");
    assertThatThrownBy(() -> settings("retrain.to", "2026-03-01T00:00:00Z"))
        .hasMessageContaining("expected both");
    assertThatThrownBy(
            () ->
                settings(
                    "source.topics", "", "retrain.data", "a.csv", "retrain.without.alerts", "true"))
        .hasMessageContaining("alerts name positions on topics");
  }

  @Test
  void shouldRefuseATopicThatIsKafkasOwn() {
    for (String setting : new String[] {"source.topics", "models.topic", "runs.topic"}) {
      assertThatThrownBy(() -> settings(setting, "__consumer_offsets"))
          .as(setting)
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining(setting)
          .hasMessageContaining("none of Kafka's own");
    }
  }

  @Test
  void shouldTakeTheSettingsOfTrainingUnderTheirPrefix() {
    RetrainSettings settings = settings("training.iterations", "77", "training.budget", "0.002");
    assertThat(settings.training().iterations()).isEqualTo(77);
    assertThat(settings.training().withBudgetUnlessStated(0.01).budget()).isEqualTo(0.002);
    assertThat(settings().training().withBudgetUnlessStated(0.03).budget()).isEqualTo(0.03);
    assertThatThrownBy(() -> settings("training.itertions", "77"))
        .hasMessageContaining("did you mean iterations?");
  }

  @Test
  void shouldGoTogetherWithAStreamApplicationsSettings() {
    RetrainSettings settings = settings("scores.topic", "scores", "threads", "2");
    assertThat(settings.asMap()).doesNotContainKey("threads");
    assertThatThrownBy(() -> settings("retrain.margn", "2"))
        .hasMessageContaining("did you mean retrain.margin?");
  }

  @Test
  void shouldTellNothingOfConnections() {
    assertThat(settings("kafka.client.id", "one").asMap().keySet())
        .noneMatch(name -> name.startsWith("kafka.") || name.equals("bootstrap.servers"));
  }
}
