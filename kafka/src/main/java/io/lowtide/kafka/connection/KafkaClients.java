package io.lowtide.kafka.connection;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

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

  /**
   * Makes a consumer that is given committed messages alone, commits what it is told to and nothing
   * else, begins with the first message where it has no position, and creates no topic.
   *
   * @param client how to reach Kafka, and what else is wanted, as its clients take it
   * @throws ClientSettingsException if the settings are not good for it
   */
  public static KafkaConsumer<byte[], byte[]> committedReader(Map<String, Object> client) {
    Map<String, Object> settings = new HashMap<>(client);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    return make(
        () ->
            new KafkaConsumer<>(
                settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
  }
}
