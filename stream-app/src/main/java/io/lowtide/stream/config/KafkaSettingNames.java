package io.lowtide.stream.config;

import io.lowtide.kafka.settings.NearestName;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The names of the settings of Kafka Streams and its clients. Kafka takes any other without a word:
 * a class that it is told to load, such as an interceptor, a callback of SASL or the serde of the
 * records, may have settings of its own.
 */
final class KafkaSettingNames {

  /** By the prefix under which a client alone is given its settings. */
  private static final Map<String, Collection<String>> OF_CLIENT = ofClients();

  private static final Set<String> ALL = all();

  /** Whose names are made up by whoever writes them, or are the broker's to judge. */
  private static final Set<String> OPEN =
      Set.of(
          StreamsConfig.TOPIC_PREFIX,
          StreamsConfig.CLIENT_TAG_PREFIX,
          CommonClientConfigs.METRICS_CONTEXT_PREFIX,
          AbstractConfig.CONFIG_PROVIDERS_CONFIG);

  private KafkaSettingNames() {}

  private static Map<String, Collection<String>> ofClients() {
    Map<String, Collection<String>> names = new LinkedHashMap<>();
    names.put(StreamsConfig.PRODUCER_PREFIX, ProducerConfig.configNames());
    names.put(StreamsConfig.CONSUMER_PREFIX, ConsumerConfig.configNames());
    names.put(StreamsConfig.MAIN_CONSUMER_PREFIX, ConsumerConfig.configNames());
    names.put(StreamsConfig.RESTORE_CONSUMER_PREFIX, ConsumerConfig.configNames());
    names.put(StreamsConfig.GLOBAL_CONSUMER_PREFIX, ConsumerConfig.configNames());
    names.put(StreamsConfig.ADMIN_CLIENT_PREFIX, AdminClientConfig.configNames());
    return names;
  }

  private static Set<String> all() {
    Set<String> names = new TreeSet<>(StreamsConfig.configDef().names());
    OF_CLIENT.values().forEach(names::addAll);
    return names;
  }

  /**
   * The nearest name that there is, if this is none.
   *
   * @param name as Kafka is given it, such as {@code producer.linger.ms}
   */
  static Optional<String> nearest(String name) {
    String prefix = OF_CLIENT.keySet().stream().filter(name::startsWith).findFirst().orElse("");
    String bare = name.substring(prefix.length());
    Collection<String> names = prefix.isEmpty() ? ALL : OF_CLIENT.get(prefix);
    boolean taken = names.contains(bare) || OPEN.stream().anyMatch(bare::startsWith);
    return taken ? Optional.empty() : Optional.of(prefix + NearestName.of(bare, names));
  }
}
