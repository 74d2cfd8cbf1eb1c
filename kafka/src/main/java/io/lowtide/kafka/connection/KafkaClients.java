package io.lowtide.kafka.connection;

import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;

/** Makes Kafka's clients, so that settings they cannot be made with are named as such. */
public final class KafkaClients {

  private KafkaClients() {}

  /**
   * Makes one.
   *
   * @throws ClientSettingsException if the settings are not good for it
   */
  public static <T> T make(Supplier<T> client) {
    try {
      return client.get();
    } catch (KafkaException | IllegalArgumentException e) {
      throw new ClientSettingsException(
          ConnectionSettings.KAFKA_PREFIX + "*, " + ConnectionSettings.BOOTSTRAP_SERVERS,
          "client of Kafka",
          e);
    }
  }
}
