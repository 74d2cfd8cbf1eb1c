package io.lowtide.kafka.settings;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigDef.Type;

/** The documentation of settings, generated from the definitions that read them. */
public final class SettingsTable {

  private static final String HEAD =
      """
      | setting | what it is | default | expected |
      |---|---|---|---|
      """;

  /** Kafka prints a range as [0,...,65535], [1,...] or [...,0.5]. */
  private static final Pattern RANGE = Pattern.compile("\\[(?:([^,]+),)?\\.\\.\\.(?:,([^,]+))?]");

  /** And a choice as [one, another]. */
  private static final Pattern CHOICE = Pattern.compile("\\[([\\w-]+(?:, [\\w-]+)*)]");

  private SettingsTable() {}

  /** A Markdown table with a row for each setting, in the order of their definition. */
  public static String markdown(SettingsDefinition definition) {
    StringBuilder text = new StringBuilder(HEAD);
    for (ConfigKey key : definition.definition().configKeys().values()) {
      text.append("| `")
          .append(key.name)
          .append("` | ")
          .append(key.documentation)
          .append(" | ")
          .append(defaultOf(key))
          .append(" | ")
          .append(expectationOf(key))
          .append(" |\n");
    }
    return text.toString();
  }

  private static String defaultOf(ConfigKey key) {
    if (!key.hasDefault()) {
      return "required";
    }
    Object value = key.defaultValue;
    if (value == null || "".equals(value) || List.of().equals(value)) {
      return "empty";
    }
    return "`" + ConfigDef.convertToString(value, key.type) + "`";
  }

  private static String expectationOf(ConfigKey key) {
    if (key.validator == null) {
      return key.type == Type.BOOLEAN ? "true or false" : "a whole number";
    }
    String expectation = key.validator.toString();
    Matcher range = RANGE.matcher(expectation);
    if (range.matches()) {
      return range.group(1) != null && range.group(2) != null
          ? range.group(1) + " to " + range.group(2)
          : range.group(1) != null ? "at least " + range.group(1) : "at most " + range.group(2);
    }
    Matcher choice = CHOICE.matcher(expectation);
    return choice.matches() ? choice.group(1).replaceFirst(", ([^,]+)$", " or $1") : expectation;
  }
}
