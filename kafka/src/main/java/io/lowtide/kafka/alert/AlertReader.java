package io.lowtide.kafka.alert;

import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.registry.UnknownSchemaException;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.kafka.topic.TopicReader;
import io.lowtide.schemas.AnomalyAlert;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads committed alerts from the beginning of their topic, without joining a group. */
public final class AlertReader implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AlertReader.class);

  private final SchemaRegistry registry;
  private final AvroDeserializer<AnomalyAlert> deserializer;
  private final TopicReader reader;

  /**
   * @param connection how to reach Kafka and the registry
   * @param topic the alerts topic
   */
  public AlertReader(ConnectionSettings connection, String topic) {
    this.registry = ConfluentSchemaRegistry.connect(connection.registry());
    this.deserializer = AvroDeserializer.specific(registry, AnomalyAlert.class);
    this.reader = new TopicReader(connection.clientProperties(), List.of(topic));
  }

  /**
   * Reads alerts, those of each partition in order.
   *
   * @param follow whether to wait for more at the end, until {@link #stop} or the calling thread is
   *     interrupted
   * @param limit number of alerts after which to end
   * @param alerts receives them
   * @throws io.lowtide.kafka.topic.TopicException if the topic does not exist and is not to be
   *     waited for
   */
  public void read(boolean follow, long limit, Consumer<AnomalyAlert> alerts) {
    if (limit <= 0) {
      return;
    }
    Predicate<ConsumerRecord<byte[], byte[]>> upToLimit = upToLimit(limit, alerts);
    if (follow) {
      reader.follow(upToLimit);
    } else {
      reader.toEnd(upToLimit);
    }
  }

  /** Makes {@link #read} return soon; to be called from another thread. */
  public void stop() {
    reader.stop();
  }

  private Predicate<ConsumerRecord<byte[], byte[]>> upToLimit(
      long limit, Consumer<AnomalyAlert> alerts) {
    return new Predicate<>() {
      private long read;

      @Override
      public boolean test(ConsumerRecord<byte[], byte[]> message) {
        AnomalyAlert alert = decode(message);
        if (alert != null) {
          alerts.accept(alert);
          read++;
        }
        return read < limit;
      }
    };
  }

  private AnomalyAlert decode(ConsumerRecord<byte[], byte[]> message) {
    try {
      return deserializer.deserialize(message.topic(), message.value());
    } catch (SerializationException | UnknownSchemaException e) {
      LOG.warn(
          "{}-{}-{}: not an alert, skipped: {}",
          message.topic(),
          message.partition(),
          message.offset(),
          e.getMessage());
      return null;
    }
  }

  @Override
  public void close() {
    reader.close();
    registry.close();
  }
}
