package io.lowtide.kafka.model;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.connection.KafkaClients;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.kafka.topic.Topics;
import io.lowtide.schemas.DensityModel;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Publishes model bundles. */
public final class ModelPublisher {

  private final ConnectionSettings connection;

  /**
   * @param connection how to reach Kafka and the registry
   */
  public ModelPublisher(ConnectionSettings connection) {
    this.connection = connection;
  }

  /**
   * Registers the schema, creates the compacted topic if it is missing, and sends the bundle under
   * its detector's name. Returns when all in-sync replicas have it.
   *
   * @throws KafkaException if Kafka does not take it
   * @throws io.lowtide.kafka.registry.SchemaRegistryException if the registry does not answer or
   *     refuses
   * @throws io.lowtide.kafka.topic.TopicException if the topic cannot be created
   */
  public RecordMetadata publish(String topic, ModelBundle bundle) {
    try (Topics topics = new Topics(connection.clientProperties())) {
      topics.requireModels(topic);
    }
    Map<String, Object> settings = connection.clientProperties();
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    try (SchemaRegistry registry = ConfluentSchemaRegistry.connect(connection.registry());
        AvroSerializer<DensityModel> serializer = new AvroSerializer<>(registry);
        KafkaProducer<byte[], byte[]> producer =
            KafkaClients.make(
                () ->
                    new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer()))) {
      byte[] key = ModelMessages.key(bundle.detector());
      byte[] message = serializer.serialize(topic, bundle.record());
      return producer.send(new ProducerRecord<>(topic, key, message)).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
