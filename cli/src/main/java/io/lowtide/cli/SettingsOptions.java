package io.lowtide.cli;

import io.lowtide.kafka.settings.SettingsSources;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Options that say how something is set: by a file, by the environment, and one by one. */
public final class SettingsOptions {

  @Option(names = "--config", paramLabel = "FILE", description = "Properties file of settings.")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "One setting, before those of the file and the environment; may be repeated.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  /**
   * The settings of the file, of environment variables, and of the command line; the later one
   * wins.
   *
   * @throws io.lowtide.kafka.settings.SettingsException if the file cannot be read
   */
  public SettingsSources sources() {
    return sources(config, overrides);
  }

  /** The same of a file, or null for none, and of settings from the command line. */
  static SettingsSources sources(Path file, Map<String, String> commandLine) {
    SettingsSources sources = SettingsSources.none();
    if (file != null) {
      sources = sources.withFile(file);
    }
    return sources.withEnvironment(System.getenv()).with(commandLine, "command line");
  }
}
