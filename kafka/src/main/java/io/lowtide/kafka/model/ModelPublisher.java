package io.lowtide.kafka.model;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.connection.KafkaClients;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.kafka.topic.Topics;
import io.lowtide.schemas.DensityModel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Publishes model bundles. */
public final class ModelPublisher {

  /** Header that says the role of a bundle, for people and tools: the key decides. */
  public static final String ROLE_HEADER = "lowtide.role";

  /** Header that says the version of a bundle. */
  public static final String VERSION_HEADER = "lowtide.version";

  private final ConnectionSettings connection;

  /**
   * @param connection how to reach Kafka and the registry
   */
  public ModelPublisher(ConnectionSettings connection) {
    this.connection = connection;
  }

  /**
   * Registers the schema, creates the compacted topic if it is missing, and sends the bundle under
   * its detector's name, and once more to be kept beyond the next one. Returns when all in-sync
   * replicas have it.
   *
   * @return where the bundle is under its detector's name
   * @throws KafkaException if Kafka does not take it
   * @throws io.lowtide.kafka.registry.SchemaRegistryException if the registry does not answer or
   *     refuses
   * @throws io.lowtide.kafka.topic.TopicException if the topic cannot be created
   */
  public RecordMetadata publish(String topic, ModelBundle bundle) {
    byte[] message = prepare(topic, bundle);
    return send(List.of(
            message(topic, ModelKey.champion(bundle.detector()), bundle.version(), message),
            archive(topic, bundle, message)))
        .get(0);
  }

  /**
   * Registers the schema, creates the compacted topic if it is missing, and sends the bundle as the
   * challenger of its detector, which replaces the one before.
   *
   * @return where the bundle is
   */
  public RecordMetadata publishChallenger(String topic, ModelBundle bundle) {
    byte[] message = prepare(topic, bundle);
    return send(List.of(
            message(topic, ModelKey.challenger(bundle.detector()), bundle.version(), message)))
        .get(0);
  }

  /**
   * Makes a version that the topic holds the one in use, by one message.
   *
   * @param model as {@link ModelCatalog} gives it
   * @return where it is now
   */
  public RecordMetadata putInUse(String topic, StoredModel model) {
    return send(List.of(
            message(
                topic,
                ModelKey.champion(model.key().detector()),
                model.version().orElse(""),
                model.message())))
        .get(0);
  }

  /**
   * Makes the challenger of a detector the one in use, keeps it as a version, and takes it off its
   * place: all of it or nothing.
   *
   * @param model the challenger, as {@link ModelCatalog} gives it
   * @return where it is now
   */
  public RecordMetadata promote(String topic, StoredModel model) {
    String detector = model.key().detector();
    String version = model.version().orElse("");
    Map<String, Object> settings = connection.clientProperties();
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "lowtide-promote-" + detector);
    try (KafkaProducer<byte[], byte[]> producer = producer(settings)) {
      producer.initTransactions();
      producer.beginTransaction();
      try {
        List<RecordMetadata> sent =
            send(
                producer,
                List.of(
                    message(topic, ModelKey.champion(detector), version, model.message()),
                    message(topic, ModelKey.archive(detector, version), version, model.message()),
                    new ProducerRecord<>(topic, ModelKey.challenger(detector).bytes(), null)));
        producer.commitTransaction();
        return sent.get(0);
      } catch (KafkaException e) {
        try {
          producer.abortTransaction();
        } catch (RuntimeException ofTheAbort) {
          e.addSuppressed(ofTheAbort);
        }
        throw e;
      }
    }
  }

  /**
   * Takes the challenger of a detector off its place, by one message.
   *
   * @return where that message is
   */
  public RecordMetadata withdraw(String topic, String detector) {
    return send(List.of(new ProducerRecord<>(topic, ModelKey.challenger(detector).bytes(), null)))
        .get(0);
  }

  private byte[] prepare(String topic, ModelBundle bundle) {
    try (Topics topics = new Topics(connection.clientProperties())) {
      topics.requireModels(topic);
    }
    try (SchemaRegistry registry = ConfluentSchemaRegistry.connect(connection.registry());
        AvroSerializer<DensityModel> serializer = new AvroSerializer<>(registry)) {
      return serializer.serialize(topic, bundle.record());
    }
  }

  private static ProducerRecord<byte[], byte[]> archive(
      String topic, ModelBundle bundle, byte[] message) {
    return message(
        topic, ModelKey.archive(bundle.detector(), bundle.version()), bundle.version(), message);
  }

  /** A message with the headers that say what its key says. */
  public static ProducerRecord<byte[], byte[]> message(
      String topic, ModelKey key, String version, byte[] message) {
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, key.bytes(), message);
    record.headers().add(ROLE_HEADER, key.role().label().getBytes(StandardCharsets.UTF_8));
    record.headers().add(VERSION_HEADER, version.getBytes(StandardCharsets.UTF_8));
    return record;
  }

  private List<RecordMetadata> send(List<ProducerRecord<byte[], byte[]>> records) {
    try (KafkaProducer<byte[], byte[]> producer = producer(connection.clientProperties())) {
      return send(producer, records);
    }
  }

  private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> settings) {
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    return KafkaClients.make(
        () -> new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer()));
  }

  /** In their order; returns when all in-sync replicas have them. */
  private static List<RecordMetadata> send(
      KafkaProducer<byte[], byte[]> producer, List<ProducerRecord<byte[], byte[]>> records) {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    records.forEach(record -> sent.add(producer.send(record)));
    List<RecordMetadata> positions = new ArrayList<>();
    try {
      for (Future<RecordMetadata> one : sent) {
        positions.add(one.get());
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
    return positions;
  }
}
