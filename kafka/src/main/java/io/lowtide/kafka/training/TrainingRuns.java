package io.lowtide.kafka.training;

import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.registry.UnknownSchemaException;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.kafka.topic.TopicReader;
import io.lowtide.kafka.topic.Topics;
import io.lowtide.schemas.TrainingRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The training runs of detectors, as their topic has them. */
public final class TrainingRuns {

  private static final Logger LOG = LoggerFactory.getLogger(TrainingRuns.class);

  /** The order of all runs is that of one partition, which is also what runners compete for. */
  static final int PARTITION = 0;

  private static final int PARTITIONS = 1;

  private TrainingRuns() {}

  /**
   * Creates the topic if it is missing, with one partition, to be kept for ever.
   *
   * @throws io.lowtide.kafka.topic.TopicException if the brokers refuse
   */
  public static void requireTopic(ConnectionSettings connection, String topic) {
    try (Topics topics = new Topics(connection.clientProperties())) {
      if (topics.partitions(List.of(topic)).isEmpty()) {
        topics.create(topic, PARTITIONS, Map.of(TopicConfig.RETENTION_MS_CONFIG, "-1"));
      }
    }
  }

  /**
   * The runs of a detector, in their order.
   *
   * @param topic must exist
   */
  public static List<TrainingRun> of(
      ConnectionSettings connection, String topic, SchemaRegistry registry, String detector) {
    AvroDeserializer<TrainingRun> deserializer =
        AvroDeserializer.specific(registry, TrainingRun.class);
    List<TrainingRun> runs = new ArrayList<>();
    try (TopicReader reader = new TopicReader(connection.clientProperties(), List.of(topic))) {
      reader.toEnd(
          message -> {
            TrainingRun run = decode(deserializer, message);
            if (run != null && run.getDetector().equals(detector)) {
              runs.add(run);
            }
            return true;
          });
    }
    return runs;
  }

  private static TrainingRun decode(
      AvroDeserializer<TrainingRun> deserializer, ConsumerRecord<byte[], byte[]> message) {
    try {
      return deserializer.deserialize(message.topic(), message.value());
    } catch (SerializationException | UnknownSchemaException e) {
      LOG.warn(
          "{}-{}-{}: not a training run, skipped: {}",
          message.topic(),
          message.partition(),
          message.offset(),
          e.getMessage());
      return null;
    }
  }
}
