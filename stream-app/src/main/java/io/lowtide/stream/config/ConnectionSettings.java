package io.lowtide.stream.config;

import java.util.HashMap;
import java.util.Map;

/**
 * How to reach Kafka and the schema registry.
 *
 * @param kafka settings of Kafka's clients, {@code bootstrap.servers} among them
 * @param registry settings of the schema registry's client, {@code schema.registry.url} among them
 */
public record ConnectionSettings(Map<String, String> kafka, Map<String, String> registry) {

  /** Copies its arguments. */
  public ConnectionSettings {
    kafka = Map.copyOf(kafka);
    registry = Map.copyOf(registry);
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
