package io.lowtide.kafka.connection;

import io.lowtide.kafka.settings.PassThrough;
import io.lowtide.kafka.settings.Settings;
import io.lowtide.kafka.settings.SettingsDefinition;
import io.lowtide.kafka.settings.SettingsException;
import io.lowtide.kafka.settings.SettingsSources;
import io.lowtide.kafka.settings.Validators;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;

/**
 * How to reach Kafka and the schema registry.
 *
 * @param kafka settings of Kafka's clients, {@code bootstrap.servers} among them
 * @param registry settings of the schema registry's client, {@code schema.registry.url} among them
 */
public record ConnectionSettings(Map<String, String> kafka, Map<String, String> registry) {

  /** Kafka brokers to connect to first. */
  public static final String BOOTSTRAP_SERVERS = "bootstrap.servers";

  /** Where the schema registry is. */
  public static final String SCHEMA_REGISTRY_URL = "schema.registry.url";

  /** Settings under this prefix go to Kafka's clients, without it. */
  public static final String KAFKA_PREFIX = "kafka.";

  /** Settings under this prefix go to the schema registry's client, without it. */
  public static final String REGISTRY_PREFIX = "registry.";

  /** A registry that hangs must not outlast a transaction. */
  private static final Map<String, String> REGISTRY_TIMEOUTS =
      Map.of("http.connect.timeout.ms", "2000", "http.read.timeout.ms", "4000");

  /** What commands that only connect need; a stream application's file holds it, too. */
  private static final SettingsDefinition ALONE =
      SettingsDefinition.amongOthers(
          SettingsDefinition.ENVIRONMENT_PREFIX,
          definition(),
          new PassThrough(KAFKA_PREFIX, ConnectionSettings::objectionToKafka),
          registryPassThrough());

  /** Copies its arguments. */
  public ConnectionSettings {
    kafka = Map.copyOf(kafka);
    registry = Map.copyOf(registry);
  }

  /** What is needed to connect; others may be added to it. */
  public static ConfigDef definition() {
    return new ConfigDef()
        .define(
            BOOTSTRAP_SERVERS,
            Type.STRING,
            ConfigDef.NO_DEFAULT_VALUE,
            Validators.notEmpty(),
            Importance.HIGH,
            "Kafka brokers to connect to first, HOST:PORT separated by commas.")
        .define(
            SCHEMA_REGISTRY_URL,
            Type.STRING,
            ConfigDef.NO_DEFAULT_VALUE,
            Validators.notEmpty(),
            Importance.HIGH,
            "URL of the schema registry (Confluent's REST interface); several are separated by"
                + " commas.");
  }

  /** Everything for the registry's client but its URL, which has a name of its own. */
  public static PassThrough registryPassThrough() {
    return new PassThrough(
        REGISTRY_PREFIX,
        name ->
            name.equals(SCHEMA_REGISTRY_URL)
                ? Optional.of(hasOwnName(SCHEMA_REGISTRY_URL))
                : Optional.empty());
  }

  /** Why a setting of Kafka's that has a name of its own here is not to be passed through. */
  public static String hasOwnName(String own) {
    return "this application sets it itself; use " + own;
  }

  private static Optional<String> objectionToKafka(String name) {
    return name.equals(BOOTSTRAP_SERVERS)
        ? Optional.of(hasOwnName(BOOTSTRAP_SERVERS))
        : Optional.empty();
  }

  /**
   * Checks and adopts what is needed to connect; settings of others may be among them.
   *
   * @throws SettingsException if something is missing or invalid; it lists all problems
   */
  public static ConnectionSettings of(SettingsSources sources) {
    return of(ALONE.check(sources));
  }

  /**
   * Adopts settings that were checked by a definition that {@link #definition} is part of.
   *
   * @throws SettingsException if no client can be made with those of security or of the registry
   */
  public static ConnectionSettings of(Settings settings) {
    Map<String, String> kafka = new HashMap<>(settings.under(KAFKA_PREFIX));
    kafka.put(BOOTSTRAP_SERVERS, settings.values().getString(BOOTSTRAP_SERVERS));
    Map<String, String> registry = new HashMap<>(settings.under(REGISTRY_PREFIX));
    registry.put(SCHEMA_REGISTRY_URL, settings.values().getString(SCHEMA_REGISTRY_URL));
    List<String> problems =
        Stream.of(
                SecuritySettings.problems(KAFKA_PREFIX, settings.under(KAFKA_PREFIX)),
                SecuritySettings.problems(REGISTRY_PREFIX, settings.under(REGISTRY_PREFIX)),
                RegistryNumbers.problems(settings.under(REGISTRY_PREFIX)))
            .flatMap(Function.identity())
            .toList();
    if (!problems.isEmpty()) {
      throw new SettingsException(problems);
    }
    REGISTRY_TIMEOUTS.forEach(registry::putIfAbsent);
    return new ConnectionSettings(kafka, registry);
  }

  /** Kafka's settings in the form its clients take, open to additions. */
  public Map<String, Object> clientProperties() {
    return new HashMap<>(kafka);
  }

  /** Names only: values may be secrets. */
  @Override
  public String toString() {
    return "ConnectionSettings[kafka=" + kafka.keySet() + ", registry=" + registry.keySet() + "]";
  }
}
