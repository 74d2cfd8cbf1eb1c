package io.lowtide.kafka.settings;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;

/** Collects settings from where people write them. What is added later wins. Immutable. */
public final class SettingsSources {

  private final List<Source> sources;

  /** Settings of one origin; which variables of the environment are settings, a definition says. */
  private interface Source {
    List<Setting> settingsOf(SettingsDefinition definition);
  }

  private SettingsSources(List<Source> sources) {
    this.sources = sources;
  }

  /** No settings yet. */
  public static SettingsSources none() {
    return new SettingsSources(List.of());
  }

  private SettingsSources and(Source source) {
    List<Source> more = new ArrayList<>(sources);
    more.add(source);
    return new SettingsSources(more);
  }

  /**
   * Adds a properties file in UTF-8.
   *
   * @throws SettingsException if it cannot be read
   */
  public SettingsSources withFile(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new SettingsException(
          "configuration file " + file + ": cannot be read as properties: " + e, e);
    }
    List<Setting> settings =
        new TreeSet<>(properties.stringPropertyNames())
            .stream()
                .map(
                    name ->
                        new Setting(
                            name, properties.getProperty(name).strip(), name, file.toString()))
                .toList();
    return and(unused -> settings);
  }

  /** Adds the variables that {@link EnvironmentVariables} takes for settings. */
  public SettingsSources withEnvironment(Map<String, String> environment) {
    Map<String, String> variables = Map.copyOf(environment);
    return and(definition -> EnvironmentVariables.settings(variables, definition));
  }

  /** Adds settings given by name, such as those of a command line. */
  public SettingsSources with(Map<String, String> named, String origin) {
    List<Setting> settings =
        named.entrySet().stream()
            .map(entry -> new Setting(entry.getKey(), entry.getValue(), entry.getKey(), origin))
            .toList();
    return and(unused -> settings);
  }

  /** The setting in force of each name. */
  Map<String, Setting> settingsOf(SettingsDefinition definition) {
    Map<String, Setting> inForce = new LinkedHashMap<>();
    for (Source source : sources) {
      source.settingsOf(definition).forEach(setting -> inForce.put(setting.name(), setting));
    }
    return inForce;
  }
}
