package io.lowtide.kafka.feedback;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lowtide.kafka.alert.MessageReader;
import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.connection.KafkaClients;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.kafka.topic.StartingPoint;
import io.lowtide.kafka.topic.Topics;
import io.lowtide.schemas.Feedback;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What people say of alerts and episodes, on a compacted topic. */
public final class FeedbackTopic {

  private final ConnectionSettings connection;
  private final String topic;

  /**
   * @param connection how to reach Kafka and the registry
   */
  public FeedbackTopic(ConnectionSettings connection, String topic) {
    this.connection = connection;
    this.topic = topic;
  }

  /**
   * Says it. Creates the topic if it is missing; returns when all in-sync replicas have the
   * message.
   *
   * @throws KafkaException if Kafka does not take it
   * @throws io.lowtide.kafka.registry.SchemaRegistryException if the registry does not answer or
   *     refuses
   * @throws io.lowtide.kafka.topic.TopicException if the topic cannot be created
   */
  public void say(Feedback feedback) {
    create();
    Map<String, Object> settings = connection.clientProperties();
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    try (SchemaRegistry registry = ConfluentSchemaRegistry.connect(connection.registry());
        AvroSerializer<Feedback> serializer = new AvroSerializer<>(registry);
        KafkaProducer<byte[], byte[]> producer =
            KafkaClients.make(
                () ->
                    new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer()))) {
      byte[] key = feedback.getId().getBytes(UTF_8);
      producer.send(new ProducerRecord<>(topic, key, serializer.serialize(topic, feedback))).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private void create() {
    try (Topics topics = new Topics(connection.clientProperties())) {
      if (topics.partitions(List.of(topic)).isEmpty()) {
        topics.create(
            topic,
            1,
            Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
      }
    }
  }

  /** The last that was said of each id, in the order of saying; nothing without the topic. */
  public List<Feedback> latest() {
    try (Topics topics = new Topics(connection.clientProperties())) {
      if (topics.partitions(List.of(topic)).isEmpty()) {
        return List.of();
      }
    }
    Map<String, Feedback> latest = new LinkedHashMap<>();
    try (MessageReader<Feedback> reader =
        new MessageReader<>(connection, topic, Feedback.class, new StartingPoint.Beginning())) {
      reader.read(
          false,
          feedback -> {
            latest.remove(feedback.getId());
            latest.put(feedback.getId(), feedback);
            return true;
          });
    }
    return new ArrayList<>(latest.values());
  }
}
