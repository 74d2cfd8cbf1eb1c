package io.lowtide.stream.config;

import io.lowtide.kafka.settings.NearestName;
import io.lowtide.kafka.settings.Secrets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The settings of Kafka Streams and its clients. Kafka takes any other name without a word: a class
 * that it is told to load, such as an interceptor, a callback of SASL or the serde of the records,
 * may have settings of its own.
 */
final class KafkaClientSettings {

  /** By the prefix under which a client alone is given its settings. */
  private static final Map<String, ConfigDef> OF_CLIENT = ofClients();

  /** Of Kafka Streams, which checks their values itself. */
  private static final Set<String> OF_STREAMS = StreamsConfig.configDef().names();

  private static final Set<String> ALL = all();

  /** Whose names are made up by whoever writes them, or are the broker's to judge. */
  private static final Set<String> OPEN =
      Set.of(
          StreamsConfig.TOPIC_PREFIX,
          StreamsConfig.CLIENT_TAG_PREFIX,
          CommonClientConfigs.METRICS_CONTEXT_PREFIX,
          AbstractConfig.CONFIG_PROVIDERS_CONFIG);

  /** How a value begins that is looked up when a client is made. */
  private static final String PROVIDED = "${";

  /** What this application reads, too, which looks nothing up. */
  private static final Set<String> READ_HERE =
      Set.of(
          ProducerConfig.BUFFER_MEMORY_CONFIG,
          ProducerConfig.MAX_BLOCK_MS_CONFIG,
          ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
          ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
          ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG);

  private KafkaClientSettings() {}

  private static Map<String, ConfigDef> ofClients() {
    Map<String, ConfigDef> definitions = new LinkedHashMap<>();
    definitions.put(StreamsConfig.PRODUCER_PREFIX, ProducerConfig.configDef());
    definitions.put(StreamsConfig.CONSUMER_PREFIX, ConsumerConfig.configDef());
    definitions.put(StreamsConfig.MAIN_CONSUMER_PREFIX, ConsumerConfig.configDef());
    definitions.put(StreamsConfig.RESTORE_CONSUMER_PREFIX, ConsumerConfig.configDef());
    definitions.put(StreamsConfig.GLOBAL_CONSUMER_PREFIX, ConsumerConfig.configDef());
    definitions.put(StreamsConfig.ADMIN_CLIENT_PREFIX, AdminClientConfig.configDef());
    return definitions;
  }

  private static Set<String> all() {
    Set<String> names = new TreeSet<>(OF_STREAMS);
    OF_CLIENT.values().forEach(definition -> names.addAll(definition.names()));
    return names;
  }

  private static String prefixOf(String name) {
    return OF_CLIENT.keySet().stream().filter(name::startsWith).findFirst().orElse("");
  }

  /**
   * The nearest name that there is, if this is none.
   *
   * @param name as Kafka is given it, such as {@code producer.linger.ms}
   */
  static Optional<String> nearest(String name) {
    String prefix = prefixOf(name);
    String bare = name.substring(prefix.length());
    Set<String> names = prefix.isEmpty() ? ALL : OF_CLIENT.get(prefix).names();
    boolean taken = names.contains(bare) || OPEN.stream().anyMatch(bare::startsWith);
    return taken ? Optional.empty() : Optional.of(prefix + NearestName.of(bare, names));
  }

  /**
   * What a client that is given this says of its value, if it refuses it.
   *
   * @param name as Kafka is given it, such as {@code producer.linger.ms}
   */
  static Optional<String> refusal(String name, String value) {
    String prefix = prefixOf(name);
    String bare = name.substring(prefix.length());
    if (prefix.isEmpty() && OF_STREAMS.contains(bare)) {
      return Optional.empty();
    }
    Collection<ConfigDef> definitions =
        prefix.isEmpty() ? OF_CLIENT.values() : Set.of(OF_CLIENT.get(prefix));
    if (value.contains(PROVIDED) && !READ_HERE.contains(bare)) {
      return Optional.empty();
    }
    return definitions.stream()
        .map(definition -> definition.configKeys().get(bare))
        .filter(Objects::nonNull)
        .flatMap(key -> refusal(key, value).stream())
        .findFirst();
  }

  private static Optional<String> refusal(ConfigKey key, String value) {
    try {
      Object parsed = ConfigDef.parseType(key.name, value, key.type);
      if (key.validator != null) {
        key.validator.ensureValid(key.name, parsed);
      }
      return Optional.empty();
    } catch (ConfigException e) {
      return Optional.of(Secrets.hide(e.getMessage()));
    }
  }
}
