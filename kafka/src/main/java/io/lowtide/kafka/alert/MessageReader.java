package io.lowtide.kafka.alert;

import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.registry.UnknownSchemaException;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.kafka.topic.StartingPoint;
import io.lowtide.kafka.topic.TopicReader;
import java.util.List;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads committed messages of one contract, without joining a group. A message that is none of it
 * is told in the log and passed over.
 *
 * @param <T> the contract
 */
public final class MessageReader<T extends SpecificRecord> implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MessageReader.class);

  private final SchemaRegistry registry;
  private final AvroDeserializer<T> deserializer;
  private final TopicReader reader;
  private final String contract;

  /**
   * @param connection how to reach Kafka and the registry
   * @param topic one of such messages
   * @param contract their class
   * @param start where to begin
   */
  public MessageReader(
      ConnectionSettings connection, String topic, Class<T> contract, StartingPoint start) {
    this.registry = ConfluentSchemaRegistry.connect(connection.registry());
    this.deserializer = AvroDeserializer.specific(registry, contract);
    this.reader = new TopicReader(connection.clientProperties(), List.of(topic), start);
    this.contract = contract.getSimpleName();
  }

  /**
   * Reads messages, those of each partition in order.
   *
   * @param follow whether to wait for more at the end, until {@link #stop} or the calling thread is
   *     interrupted
   * @param goOn receives each message, and says whether it wants more
   * @throws io.lowtide.kafka.topic.TopicException if the topic does not exist and is not to be
   *     waited for
   */
  public void read(boolean follow, Predicate<T> goOn) {
    Predicate<ConsumerRecord<byte[], byte[]>> decoded =
        message -> {
          T known = decode(message);
          return known == null || goOn.test(known);
        };
    if (follow) {
      reader.follow(decoded);
    } else {
      reader.toEnd(decoded);
    }
  }

  /** Makes {@link #read} return soon; to be called from another thread. */
  public void stop() {
    reader.stop();
  }

  private T decode(ConsumerRecord<byte[], byte[]> message) {
    try {
      return deserializer.deserialize(message.topic(), message.value());
    } catch (SerializationException | UnknownSchemaException e) {
      LOG.warn(
          "{}-{}-{}: no {}, skipped: {}",
          message.topic(),
          message.partition(),
          message.offset(),
          contract,
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
