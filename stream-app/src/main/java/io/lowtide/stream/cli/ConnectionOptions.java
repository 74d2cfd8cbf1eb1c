package io.lowtide.stream.cli;

import io.lowtide.stream.config.ConnectionSettings;
import io.lowtide.stream.config.SettingsSources;
import io.lowtide.stream.config.StreamSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Options that say how to reach Kafka and the schema registry. */
final class ConnectionOptions {

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

  ConnectionSettings settings() {
    Map<String, String> options = new LinkedHashMap<>();
    kafka.forEach((name, value) -> options.put(StreamSettings.KAFKA_PREFIX + name, value));
    registry.forEach((name, value) -> options.put(StreamSettings.REGISTRY_PREFIX + name, value));
    if (bootstrapServers != null) {
      options.put("bootstrap.servers", bootstrapServers);
    }
    if (registryUrl != null) {
      options.put("schema.registry.url", registryUrl);
    }
    SettingsSources sources = SettingsSources.none();
    if (config != null) {
      sources = sources.withFile(config);
    }
    return StreamSettings.connectionOf(
        sources.withEnvironment(System.getenv()).with(options, "command line"));
  }
}
