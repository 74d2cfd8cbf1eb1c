package io.lowtide.stream.config;

import io.lowtide.kafka.settings.SettingsTable;

/** The settings' documentation, generated from their definition. */
final class ConfigurationDocument {

  private static final String HEAD =
      """
      # Settings of the stream application

      Generated from the code; change the definitions in `SettingDefinitions`, then run
      `mvn -pl stream-app,model-trainer -am test -Dtest='*DocumentTest' -Dupdate.pages -Dsurefire.failIfNoSpecifiedTests=false`.

      Settings come from a properties file (`--config FILE`), then from environment variables, then from `--set NAME=VALUE`;
      the later one wins. The variable of a setting is `LOWTIDE_` and its name in capitals with underscores for dots:
      `LOWTIDE_ALERTS_TOPIC` is `alerts.topic`. A name that is none of these stops the start.

      """;

  private static final String TAIL =
      """
      | `kafka.*` | Every setting of Kafka Streams and its clients, without the prefix and unchanged: `kafka.security.protocol`, `kafka.sasl.jaas.config`, `kafka.producer.linger.ms`, ... | `processing.guarantee`: `exactly_once_v2`; `producer.batch.size`: `131072`; `producer.compression.type`: `lz4`; `producer.max.block.ms`: a day, so that a commit is waited for until it is decided | see Kafka's documentation; a name that neither Kafka Streams nor a client has is passed on, too, and warned of at the start |
      | `registry.*` | Every setting of Confluent's schema registry client, without the prefix and unchanged: `registry.basic.auth.credentials.source`, `registry.basic.auth.user.info`, `registry.schema.registry.ssl.truststore.location`, ... | `http.connect.timeout.ms`: `2000`, `http.read.timeout.ms`: `4000` (whole numbers; 0: without end) | see Confluent's documentation |
      """;

  private ConfigurationDocument() {}

  /** The document, in Markdown. */
  static String markdown() {
    return HEAD + SettingsTable.markdown(SettingDefinitions.ALL) + TAIL;
  }
}
