package io.lowtide.cli;

import io.lowtide.kafka.connection.ConnectionSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Options that say how to reach Kafka and the schema registry. */
public final class ConnectionOptions {

  /** Where a demo that goes on after its table says how to reach it. */
  public static final Path RUNNING_DEMO = Path.of("runs", "demo", "connection.properties");

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Properties file with these settings; it may be the stream application's. Environment"
              + " variables LOWTIDE_... go before it, options before both.")
  private Path config;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description = "Kafka brokers to connect to first, separated by commas.")
  private String bootstrapServers;

  @Option(
      names = "--registry-url",
      paramLabel = "URL",
      description = "Schema registry, several separated by commas.")
  private String registryUrl;

  @Option(
      names = "--kafka",
      paramLabel = "NAME=VALUE",
      description = "Setting of Kafka's client, such as security.protocol=SSL; may be repeated.")
  private Map<String, String> kafka = new LinkedHashMap<>();

  @Option(
      names = "--registry",
      paramLabel = "NAME=VALUE",
      description = "Setting of the schema registry's client; may be repeated.")
  private Map<String, String> registry = new LinkedHashMap<>();

  /**
   * How to reach both.
   *
   * @throws io.lowtide.kafka.settings.SettingsException if something is missing or invalid
   */
  public ConnectionSettings settings() {
    return settings(config);
  }

  /** The same; without {@code --config}, of a demo that is still running. */
  public ConnectionSettings settingsOrRunningDemo() {
    return settings(config == null && Files.exists(RUNNING_DEMO) ? RUNNING_DEMO : config);
  }

  private ConnectionSettings settings(Path file) {
    Map<String, String> options = new LinkedHashMap<>();
    kafka.forEach((name, value) -> options.put(ConnectionSettings.KAFKA_PREFIX + name, value));
    registry.forEach(
        (name, value) -> options.put(ConnectionSettings.REGISTRY_PREFIX + name, value));
    if (bootstrapServers != null) {
      options.put(ConnectionSettings.BOOTSTRAP_SERVERS, bootstrapServers);
    }
    if (registryUrl != null) {
      options.put(ConnectionSettings.SCHEMA_REGISTRY_URL, registryUrl);
    }
    return ConnectionSettings.of(SettingsOptions.sources(file, options));
  }
}
