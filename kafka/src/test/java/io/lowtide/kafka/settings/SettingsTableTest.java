package io.lowtide.kafka.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.junit.jupiter.api.Test;

class SettingsTableTest {

  private static String row(Type type, Object byDefault, Validator validator) {
    ConfigDef definition =
        new ConfigDef().define("a.name", type, byDefault, validator, Importance.LOW, "What it is.");
    return SettingsTable.markdown(
            SettingsDefinition.complete(SettingsDefinition.ENVIRONMENT_PREFIX, definition))
        .lines()
        .skip(2)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void shouldHaveARowForEachSetting() {
    assertThat(row(Type.STRING, "x", Validators.notEmpty()))
        .isEqualTo("| `a.name` | What it is. | `x` | not empty |");
  }

  @Test
  void shouldSayWhatHasNoDefaultAndWhatIsEmptyByDefault() {
    assertThat(row(Type.STRING, ConfigDef.NO_DEFAULT_VALUE, Validators.notEmpty()))
        .contains("| required |");
    assertThat(row(Type.STRING, "", Validators.topicOrEmpty())).contains("| empty |");
    assertThat(row(Type.DOUBLE, null, Validators.positive())).contains("| empty |");
  }

  @Test
  void shouldWriteRangesAndChoicesInWords() {
    assertThat(row(Type.INT, 1, Range.between(1, 256))).endsWith("| 1 to 256 |");
    assertThat(row(Type.DOUBLE, 0.2, Range.between(0, 0.5))).endsWith("| 0 to 0.5 |");
    assertThat(row(Type.INT, 1, Range.atLeast(1))).endsWith("| at least 1 |");
    assertThat(row(Type.STRING, "grid", ValidString.in("grid", "dopri5", "tsit5")))
        .endsWith("| grid, dopri5 or tsit5 |");
    assertThat(row(Type.BOOLEAN, true, null)).endsWith("| true or false |");
    assertThat(row(Type.LONG, 1, null)).endsWith("| a whole number |");
  }
}
