package io.lowtide.stream.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Collects settings from where people write them. What is added later wins. Immutable.
 *
 * <p>An environment variable {@code LOWTIDE_ALERTS_TOPIC} stands for {@code alerts.topic}: the
 * prefix goes, letters become small, underscores become dots.
 */
public final class SettingsSources {

  /** Prefix of the environment variables that are settings. */
  public static final String ENVIRONMENT_PREFIX = "LOWTIDE_";

  /** Variables of the launcher, which are not settings of the application. */
  private static final List<String> LAUNCHER_VARIABLES =
      List.of("LOWTIDE_HOME", "LOWTIDE_DATA", "LOWTIDE_JAVA_OPTIONS");

  /** Kubernetes sets these in every container beside a service whose name starts with lowtide. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile("LOWTIDE_(\\w+_)?(SERVICE_(HOST|PORT)(_\\w+)?|PORT(_\\d+_(TCP|UDP)\\w*)?)");

  private final Map<String, Setting> settings;

  private SettingsSources(Map<String, Setting> settings) {
    this.settings = settings;
  }

  /** No settings yet. */
  public static SettingsSources none() {
    return new SettingsSources(Map.of());
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
    Map<String, Setting> merged = new LinkedHashMap<>(settings);
    for (String name : new TreeSet<>(properties.stringPropertyNames())) {
      merged.put(
          name, new Setting(name, properties.getProperty(name).strip(), name, file.toString()));
    }
    return new SettingsSources(merged);
  }

  /** Adds the variables that start with {@link #ENVIRONMENT_PREFIX}. */
  public SettingsSources withEnvironment(Map<String, String> environment) {
    Map<String, Setting> merged = new LinkedHashMap<>(settings);
    environment.forEach(
        (variable, value) -> {
          if (variable.startsWith(ENVIRONMENT_PREFIX) && !LAUNCHER_VARIABLES.contains(variable)) {
            String name = nameOf(variable);
            if (SettingsCheck.isKnown(name) || !SERVICE_LINK.matcher(variable).matches()) {
              merged.put(name, new Setting(name, value.strip(), variable, "environment"));
            }
          }
        });
    return new SettingsSources(merged);
  }

  /** Adds settings given by name, such as those of a command line. */
  public SettingsSources with(Map<String, String> named, String origin) {
    Map<String, Setting> merged = new LinkedHashMap<>(settings);
    named.forEach((name, value) -> merged.put(name, new Setting(name, value, name, origin)));
    return new SettingsSources(merged);
  }

  private static String nameOf(String variable) {
    return variable
        .substring(ENVIRONMENT_PREFIX.length())
        .toLowerCase(Locale.ROOT)
        .replace('_', '.');
  }

  /** The variable that stands for a setting. */
  static String variableOf(String name) {
    return ENVIRONMENT_PREFIX + name.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  Collection<Setting> all() {
    return settings.values();
  }

  Setting find(String name) {
    return settings.get(name);
  }

  /** Name and text of every setting. */
  Map<String, String> values() {
    Map<String, String> values = new LinkedHashMap<>();
    settings.forEach((name, setting) -> values.put(name, setting.value()));
    return values;
  }

  /** The settings under a prefix, without it. */
  Map<String, String> under(String prefix) {
    Map<String, String> values = new LinkedHashMap<>();
    settings.forEach(
        (name, setting) -> {
          if (name.startsWith(prefix)) {
            values.put(name.substring(prefix.length()), setting.value());
          }
        });
    return values;
  }
}
