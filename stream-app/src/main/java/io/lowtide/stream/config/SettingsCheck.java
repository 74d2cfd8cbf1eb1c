package io.lowtide.stream.config;

import io.lowtide.schemas.config.NearestName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.streams.StreamsConfig;

/** Finds names that are no settings and values that are not what is expected. */
final class SettingsCheck {

  /** Settings of Kafka Streams that have a name of their own here. */
  private static final Map<String, String> OWN_NAMES =
      Map.of(
          StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, SettingDefinitions.BOOTSTRAP_SERVERS,
          StreamsConfig.APPLICATION_ID_CONFIG, SettingDefinitions.APPLICATION_ID,
          StreamsConfig.NUM_STREAM_THREADS_CONFIG, SettingDefinitions.THREADS,
          StreamsConfig.STATE_DIR_CONFIG, SettingDefinitions.STATE_DIRECTORY);

  /** Handlers that go on after a fault would drop the record that waits for an outage to end. */
  private static final Set<String> HANDLERS =
      Set.of(
          StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
          StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG,
          StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
          // The deprecated names of the same, which Kafka Streams still follows.
          "default.production.exception.handler",
          "default.deserialization.exception.handler");

  private SettingsCheck() {}

  /**
   * @param definition the settings whose values matter here; names may be of any
   * @throws SettingsException if there is any problem; it lists all
   */
  static void require(SettingsSources sources, ConfigDef definition) {
    List<String> problems = new ArrayList<>(misspelt(sources));
    problems.addAll(invalid(definition, sources));
    if (!problems.isEmpty()) {
      throw new SettingsException(problems);
    }
  }

  static boolean isKnown(String name) {
    return SettingDefinitions.ALL.names().contains(name)
        || isUnder(StreamSettings.KAFKA_PREFIX, name)
        || isUnder(StreamSettings.REGISTRY_PREFIX, name);
  }

  private static boolean isUnder(String prefix, String name) {
    return name.startsWith(prefix) && name.length() > prefix.length();
  }

  private static List<String> misspelt(SettingsSources sources) {
    List<String> problems = new ArrayList<>();
    for (Setting setting : sources.all()) {
      if (!isKnown(setting.name())) {
        boolean variable = setting.writtenAs().startsWith(SettingsSources.ENVIRONMENT_PREFIX);
        String nearest = nearest(setting.name());
        problems.add(
            setting.writtenAs()
                + " ("
                + setting.origin()
                + "): no such setting; did you mean "
                + (variable ? SettingsSources.variableOf(nearest) : nearest)
                + "?");
      }
      String reserved = reserved(setting.name());
      if (reserved != null) {
        problems.add(setting.writtenAs() + " (" + setting.origin() + "): " + reserved);
      }
    }
    return problems;
  }

  /** Why a name that would pass through is not for the user to set; null if it is. */
  private static String reserved(String name) {
    String own = null;
    if (name.equals(StreamSettings.REGISTRY_PREFIX + SettingDefinitions.SCHEMA_REGISTRY_URL)) {
      own = SettingDefinitions.SCHEMA_REGISTRY_URL;
    } else if (name.startsWith(StreamSettings.KAFKA_PREFIX)) {
      String passedThrough = name.substring(StreamSettings.KAFKA_PREFIX.length());
      if (HANDLERS.contains(passedThrough)) {
        return "not to be set; this application handles every fault itself, so that no record is"
            + " lost";
      }
      own = OWN_NAMES.get(passedThrough);
    }
    return own == null ? null : "this application sets it itself; use " + own;
  }

  /** Names that pass through cannot be listed: there only the prefix is mended. */
  private static String nearest(String name) {
    int dot = name.indexOf('.');
    if (dot > 0) {
      String rest = name.substring(dot + 1);
      for (String prefix : List.of(StreamSettings.KAFKA_PREFIX, StreamSettings.REGISTRY_PREFIX)) {
        if (NearestName.distance(name.substring(0, dot + 1), prefix) <= 2) {
          return prefix + rest;
        }
      }
    }
    return NearestName.of(name, SettingDefinitions.ALL.names());
  }

  private static List<String> invalid(ConfigDef definition, SettingsSources sources) {
    List<String> problems = new ArrayList<>();
    for (ConfigValue value : definition.validate(sources.values())) {
      Setting setting = sources.find(value.name());
      for (String message : value.errorMessages()) {
        problems.add(
            setting == null
                ? message
                : setting.writtenAs() + " (" + setting.origin() + "): " + message);
      }
    }
    return problems;
  }
}
