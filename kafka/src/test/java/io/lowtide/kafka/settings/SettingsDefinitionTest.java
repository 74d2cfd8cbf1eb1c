package io.lowtide.kafka.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.junit.jupiter.api.Test;

class SettingsDefinitionTest {

  private static final SettingsDefinition COMPLETE =
      SettingsDefinition.complete(
          SettingsDefinition.ENVIRONMENT_PREFIX,
          definition(),
          new PassThrough(
              "kafka.",
              name -> name.equals("threads") ? Optional.of("use threads") : Optional.empty()));

  private static ConfigDef definition() {
    return new ConfigDef()
        .define("threads", Type.INT, 1, Range.between(1, 256), Importance.LOW, "Threads.")
        .define("share", Type.DOUBLE, 0.5, Range.between(0, 1), Importance.LOW, "A share.")
        .define("alerts.topic", Type.STRING, "alerts", Importance.LOW, "A topic.");
  }

  private static SettingsSources sources(Map<String, String> named) {
    return SettingsSources.none().with(named, "settings");
  }

  @Test
  void shouldLetTheLaterSourceWin() {
    Settings settings =
        COMPLETE.check(
            sources(Map.of("threads", "2", "alerts.topic", "a"))
                .withEnvironment(Map.of("LOWTIDE_THREADS", "3"))
                .with(Map.of("kafka.acks", "all"), "command line"));

    assertThat(settings.values().getInt("threads")).isEqualTo(3);
    assertThat(settings.values().getString("alerts.topic")).isEqualTo("a");
    assertThat(settings.under("kafka.")).isEqualTo(Map.of("acks", "all"));
    assertThat(settings.isWritten("threads")).isTrue();
    assertThat(settings.isWritten("other")).isFalse();
  }

  @Test
  void shouldRefuseWhatIsNoNumber() {
    assertThatThrownBy(() -> COMPLETE.check(sources(Map.of("share", "NaN"))))
        .isInstanceOf(SettingsException.class)
        .hasMessage("share (settings): NaN, expected a number");
    assertThat(COMPLETE.check(sources(Map.of("share", "1"))).values().getDouble("share"))
        .isEqualTo(1);
  }

  @Test
  void shouldListEveryProblemWithItsOrigin() {
    SettingsSources sources =
        sources(Map.of("thread", "2"))
            .withEnvironment(Map.of("LOWTIDE_ALERTS_TOPICS", "x", "LOWTIDE_THREADS", "0"))
            .with(Map.of("kafka.threads", "2"), "command line");

    assertThatThrownBy(() -> COMPLETE.check(sources))
        .isInstanceOfSatisfying(
            SettingsException.class,
            e ->
                assertThat(e.problems())
                    .containsExactlyInAnyOrder(
                        "thread (settings): no such setting; did you mean threads?",
                        "LOWTIDE_ALERTS_TOPICS (environment): no such setting; did you mean"
                            + " LOWTIDE_ALERTS_TOPIC?",
                        "LOWTIDE_THREADS (environment): Invalid value 0 for configuration threads:"
                            + " Value must be at least 1",
                        "kafka.threads (command line): use threads"));
  }

  @Test
  void shouldOverlookNamesOfOthersUnlessTheyAreAlmostItsOwn() {
    SettingsDefinition amongOthers =
        SettingsDefinition.amongOthers(SettingsDefinition.ENVIRONMENT_PREFIX, definition());

    assertThat(
            amongOthers
                .check(sources(Map.of("state.directory", "x")))
                .values()
                .getString("alerts.topic"))
        .isEqualTo("alerts");
    assertThatThrownBy(() -> amongOthers.check(sources(Map.of("alert.topic", "x"))))
        .hasMessage("alert.topic (settings): no such setting; did you mean alerts.topic?");
  }

  @Test
  void shouldSayWhichFileCannotBeRead() {
    assertThatThrownBy(() -> SettingsSources.none().withFile(Path.of("no-such.properties")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("configuration file no-such.properties: cannot be read");
  }

  @Test
  void shouldNeverPrintAValue() {
    assertThat(new Setting("kafka.ssl.key.password", "secret", "kafka.ssl.key.password", "file"))
        .hasToString("kafka.ssl.key.password (file)");
    assertThat(List.of(COMPLETE, sources(Map.of("a", "secret"))).toString())
        .doesNotContain("secret");
  }
}
