package io.lowtide.stream.config;

import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigDef.Type;

/** The settings' documentation, generated from their definition. */
public final class ConfigurationDocument {

  private static final String HEAD =
      """
      # Settings of the stream application

      Generated from the code; change the definitions in `SettingDefinitions`, then run
      `mvn -pl stream-app -am test -Dtest=ConfigurationDocumentTest -Dupdate -Dsurefire.failIfNoSpecifiedTests=false`.

      Settings come from a properties file (`--config FILE`), then from environment variables, then from `--set NAME=VALUE`;
      the later one wins. The variable of a setting is `LOWTIDE_` and its name in capitals with underscores for dots:
      `LOWTIDE_ALERTS_TOPIC` is `alerts.topic`. A name that is none of these stops the start.

      | setting | what it is | default | expected |
      |---|---|---|---|
      """;

  private static final String TAIL =
      """
      | `kafka.*` | Every setting of Kafka Streams and its clients, without the prefix and unchanged: `kafka.security.protocol`, `kafka.sasl.jaas.config`, `kafka.producer.linger.ms`, ... | `processing.guarantee`: `exactly_once_v2` | see Kafka's documentation |
      | `registry.*` | Every setting of Confluent's schema registry client, without the prefix and unchanged: `registry.basic.auth.credentials.source`, `registry.basic.auth.user.info`, `registry.schema.registry.ssl.truststore.location`, ... | `http.connect.timeout.ms`: `2000`, `http.read.timeout.ms`: `4000` | see Confluent's documentation |
      """;

  private ConfigurationDocument() {}

  /** The document, in Markdown. */
  public static String markdown() {
    StringBuilder text = new StringBuilder(HEAD);
    for (ConfigKey key : SettingDefinitions.ALL.configKeys().values()) {
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
    return text.append(TAIL).toString();
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
    if (key.type == Type.BOOLEAN) {
      return "true or false";
    }
    return range(key.validator.toString());
  }

  /** Kafka prints a range as [0,...,65535]. */
  private static String range(String expectation) {
    return expectation.replaceFirst("^\\[(\\d+),\\.\\.\\.,(\\d+)]$", "$1 to $2");
  }
}
