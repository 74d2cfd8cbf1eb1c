package io.lowtide.kafka.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;

/**
 * Which settings there are for one part of Lowtide: their names, types, defaults and documentation,
 * the prefixes of those that are handed on, and the prefix of the environment variables that stand
 * for them. It checks all that was written at once.
 */
public final class SettingsDefinition {

  /** Prefix of the variables for settings of connections and of the stream application. */
  public static final String ENVIRONMENT_PREFIX = "LOWTIDE_";

  /** Prefix of the variables for settings of training. */
  public static final String TRAINING_ENVIRONMENT_PREFIX = "LOWTIDE_TRAINING_";

  static final List<String> ENVIRONMENT_PREFIXES =
      List.of(ENVIRONMENT_PREFIX, TRAINING_ENVIRONMENT_PREFIX);

  /** Names as near as this are one name, misspelt. */
  private static final int MISSPELT = 2;

  private final String environmentPrefix;
  private final ConfigDef definition;
  private final List<PassThrough> passThrough;
  private final boolean amongOthers;

  private SettingsDefinition(
      String environmentPrefix,
      ConfigDef definition,
      List<PassThrough> passThrough,
      boolean amongOthers) {
    this.environmentPrefix = environmentPrefix;
    this.definition = definition;
    this.passThrough = List.copyOf(passThrough);
    this.amongOthers = amongOthers;
  }

  /**
   * Settings beside which there are no others: any other name is a misspelt one.
   *
   * @param environmentPrefix prefix of the variables that stand for them
   * @param definition every setting with its documentation
   * @param passThrough what is handed on
   */
  public static SettingsDefinition complete(
      String environmentPrefix, ConfigDef definition, PassThrough... passThrough) {
    return new SettingsDefinition(environmentPrefix, definition, List.of(passThrough), false);
  }

  /**
   * Settings that may be written among those of another part: a name counts as misspelt only where
   * it is all but one of these.
   *
   * @param environmentPrefix prefix of the variables that stand for them
   * @param definition every setting with its documentation
   * @param passThrough what is handed on
   */
  public static SettingsDefinition amongOthers(
      String environmentPrefix, ConfigDef definition, PassThrough... passThrough) {
    return new SettingsDefinition(environmentPrefix, definition, List.of(passThrough), true);
  }

  /**
   * Checks what was written.
   *
   * @throws SettingsException if a name is unknown or reserved, or a value is missing or invalid;
   *     it lists all of these
   */
  public Settings check(SettingsSources sources) {
    Map<String, Setting> written = sources.settingsOf(this);
    written.values().forEach(setting -> Secrets.remember(setting.name(), setting.value()));
    List<String> problems = new ArrayList<>();
    for (Setting setting : written.values()) {
      misspelt(setting).ifPresent(problems::add);
      objection(setting).ifPresent(problems::add);
    }
    problems.addAll(invalid(written));
    if (!problems.isEmpty()) {
      throw new SettingsException(problems);
    }
    return new Settings(written, new AbstractConfig(definition, texts(written), false));
  }

  /** The settings with their documentation, in its order. */
  ConfigDef definition() {
    return definition;
  }

  String environmentPrefix() {
    return environmentPrefix;
  }

  boolean isKnown(String name) {
    return definition.names().contains(name)
        || passThrough.stream().anyMatch(part -> part.takes(name));
  }

  private Optional<String> misspelt(Setting setting) {
    if (isKnown(setting.name())) {
      return Optional.empty();
    }
    String nearest = nearest(setting.name());
    if (amongOthers && NearestName.distance(setting.name(), nearest) > MISSPELT) {
      return Optional.empty();
    }
    boolean variable = setting.writtenAs().startsWith(ENVIRONMENT_PREFIX);
    return Optional.of(
        setting.problem(
            "no such setting; did you mean "
                + (variable ? EnvironmentVariables.of(nearest, this) : nearest)
                + "?"));
  }

  private Optional<String> objection(Setting setting) {
    return passThrough.stream()
        .flatMap(part -> part.objectionTo(setting.name()).stream())
        .map(setting::problem)
        .findFirst();
  }

  /** Names that pass through cannot be listed: there only the prefix is mended. */
  private String nearest(String name) {
    int dot = name.indexOf('.');
    if (dot > 0) {
      String rest = name.substring(dot + 1);
      for (PassThrough part : passThrough) {
        if (NearestName.distance(name.substring(0, dot + 1), part.prefix()) <= MISSPELT) {
          return part.prefix() + rest;
        }
      }
    }
    return NearestName.of(name, definition.names());
  }

  private List<String> invalid(Map<String, Setting> written) {
    List<String> problems = new ArrayList<>();
    for (ConfigValue value : definition.validate(texts(written))) {
      Setting setting = written.get(value.name());
      for (String message : value.errorMessages()) {
        String shown = Secrets.hide(message);
        problems.add(setting == null ? shown : setting.problem(shown));
      }
      // Kafka's ranges let it through: nothing is less than their least or more than their most.
      if (setting != null && value.value() instanceof Double number && number.isNaN()) {
        problems.add(setting.problem("NaN, expected a number"));
      }
    }
    return problems;
  }

  private static Map<String, String> texts(Map<String, Setting> written) {
    Map<String, String> texts = new LinkedHashMap<>();
    written.forEach((name, setting) -> texts.put(name, setting.value()));
    return texts;
  }
}
