package io.lowtide.stream.alert;

import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.registry.ConfluentSchemaRegistry;
import io.lowtide.schemas.registry.SchemaRegistry;
import io.lowtide.schemas.registry.UnknownSchemaException;
import io.lowtide.schemas.serde.AvroDeserializer;
import io.lowtide.stream.config.ConnectionSettings;
import io.lowtide.stream.kafka.TopicException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads committed alerts from the beginning of their topic, without joining a group. */
public final class AlertReader implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(AlertReader.class);

  private static final Duration POLL = Duration.ofMillis(500);

  private final String topic;
  private final SchemaRegistry registry;
  private final AvroDeserializer<AnomalyAlert> deserializer;
  private final KafkaConsumer<byte[], byte[]> consumer;

  /**
   * @param connection how to reach Kafka and the registry
   * @param topic the alerts topic
   */
  public AlertReader(ConnectionSettings connection, String topic) {
    this.topic = topic;
    Map<String, Object> settings = connection.clientProperties();
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    this.registry = ConfluentSchemaRegistry.connect(connection.registry());
    this.deserializer = AvroDeserializer.specific(registry, AnomalyAlert.class);
    this.consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * Reads alerts, those of each partition in order.
   *
   * @param follow whether to wait for more at the end, until {@link #stop} or the calling thread is
   *     interrupted
   * @param limit number of alerts after which to end
   * @param alerts receives them
   * @throws TopicException if the topic does not exist and is not to be waited for
   */
  public void read(boolean follow, long limit, Consumer<AnomalyAlert> alerts) {
    try {
      readUntilStopped(follow, limit, alerts);
    } catch (WakeupException stopped) {
      log.debug("Reading topic {} was stopped", topic);
    }
  }

  /** Makes {@link #read} return soon; to be called from another thread. */
  public void stop() {
    consumer.wakeup();
  }

  private void readUntilStopped(boolean follow, long limit, Consumer<AnomalyAlert> alerts) {
    List<TopicPartition> partitions = partitions(follow);
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = follow ? Map.of() : consumer.endOffsets(partitions);
    long read = 0;
    while (read < limit && (follow || !atEnd(ends))) {
      for (ConsumerRecord<byte[], byte[]> message : consumer.poll(POLL)) {
        AnomalyAlert alert = decode(message);
        if (alert != null && read < limit) {
          alerts.accept(alert);
          read++;
        }
      }
    }
  }

  private List<TopicPartition> partitions(boolean wait) {
    while (true) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      if (!partitions.isEmpty()) {
        return partitions;
      }
      if (!wait) {
        throw TopicException.missing(topic);
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(POLL.toMillis());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private boolean atEnd(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  private AnomalyAlert decode(ConsumerRecord<byte[], byte[]> message) {
    try {
      return deserializer.deserialize(topic, message.value());
    } catch (SerializationException | UnknownSchemaException e) {
      log.warn(
          "{}-{}-{}: not an alert, skipped: {}",
          topic,
          message.partition(),
          message.offset(),
          e.getMessage());
      return null;
    }
  }

  @Override
  public void close() {
    consumer.close();
    registry.close();
  }
}
