package io.lowtide.kafka.training;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.connection.KafkaClients;
import io.lowtide.kafka.model.ModelKey;
import io.lowtide.kafka.model.ModelPublisher;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.kafka.topic.Topics;
import io.lowtide.schemas.DensityModel;
import io.lowtide.schemas.TrainingRun;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Publishes what a run decided: the event, and the model if one won, in one transaction, which only
 * the holder of the {@link RunnerLock} can commit.
 */
public final class DecisionPublisher {

  /** A transaction that a killed process left open is in the way of readers for so long. */
  private static final int TRANSACTION_TIMEOUT_MS = 15_000;

  private final ConnectionSettings connection;
  private final SchemaRegistry registry;
  private final RunnerLock lock;

  /**
   * @param connection how to reach Kafka
   * @param registry stays the caller's to close
   * @param lock of the detector
   */
  public DecisionPublisher(
      ConnectionSettings connection, SchemaRegistry registry, RunnerLock lock) {
    this.connection = connection;
    this.registry = registry;
    this.lock = lock;
  }

  /**
   * A model to publish.
   *
   * @param topic the models topic, created if it is missing
   * @param bundle the model
   * @param asChallenger whether it waits to be promoted, rather than be used at once
   * @param surplus archived versions that are no longer kept
   */
  public record Winner(
      String topic, ModelBundle bundle, boolean asChallenger, List<ModelKey> surplus) {}

  /**
   * Publishes.
   *
   * @param runsTopic must exist
   * @throws LockLostException if another process may run by now; then nothing is published
   * @throws KafkaException if the brokers do not take it; then nothing is published, or all of it
   */
  public void publish(String runsTopic, TrainingRun run, Optional<Winner> winner) {
    winner.ifPresent(
        model -> {
          try (Topics topics = new Topics(connection.clientProperties())) {
            topics.requireModels(model.topic());
          }
        });
    Map<String, Object> settings = connection.clientProperties();
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, RunnerLock.group(run.getDetector()));
    settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
    byte[] event;
    try (AvroSerializer<TrainingRun> serializer = new AvroSerializer<>(registry)) {
      event = serializer.serialize(runsTopic, run);
    }
    try (KafkaProducer<byte[], byte[]> producer =
        KafkaClients.make(
            () ->
                new KafkaProducer<>(
                    settings, new ByteArraySerializer(), new ByteArraySerializer()))) {
      producer.initTransactions();
      producer.beginTransaction();
      try {
        winner.ifPresent(model -> send(producer, model));
        producer.send(
            new ProducerRecord<>(
                runsTopic, run.getDetector().getBytes(StandardCharsets.UTF_8), event));
        producer.sendOffsetsToTransaction(
            Map.of(lock.partition(), new OffsetAndMetadata(0)), lock.holder());
        producer.commitTransaction();
      } catch (ProducerFencedException | FencedInstanceIdException | CommitFailedException e) {
        throw new LockLostException(e);
      } catch (KafkaException | LockLostException e) {
        abort(producer, e);
        throw e;
      }
    }
  }

  /** After a commit that timed out it is for the brokers to say what became of it. */
  private static void abort(KafkaProducer<byte[], byte[]> producer, RuntimeException cause) {
    try {
      producer.abortTransaction();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  private void send(KafkaProducer<byte[], byte[]> producer, Winner winner) {
    ModelBundle bundle = winner.bundle();
    String detector = bundle.detector();
    byte[] message;
    try (AvroSerializer<DensityModel> serializer = new AvroSerializer<>(registry)) {
      message = serializer.serialize(winner.topic(), bundle.record());
    }
    if (winner.asChallenger()) {
      producer.send(
          ModelPublisher.message(
              winner.topic(), ModelKey.challenger(detector), bundle.version(), message));
      return;
    }
    producer.send(
        ModelPublisher.message(
            winner.topic(), ModelKey.champion(detector), bundle.version(), message));
    producer.send(
        ModelPublisher.message(
            winner.topic(),
            ModelKey.archive(detector, bundle.version()),
            bundle.version(),
            message));
    winner
        .surplus()
        .forEach(key -> producer.send(new ProducerRecord<>(winner.topic(), key.bytes(), null)));
  }
}
