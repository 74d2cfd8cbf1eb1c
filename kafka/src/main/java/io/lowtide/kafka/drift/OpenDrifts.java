package io.lowtide.kafka.drift;

import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.registry.UnknownSchemaException;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.kafka.topic.TopicException;
import io.lowtide.kafka.topic.TopicReader;
import io.lowtide.schemas.DriftChange;
import io.lowtide.schemas.DriftEvent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The drifts of a detector that go on, as their topic has them: told of, and not over. Belongs to
 * one thread.
 */
public final class OpenDrifts implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OpenDrifts.class);

  private static final Duration POLL = Duration.ofMillis(500);

  private final String topic;
  private final String detector;
  private final TopicReader reader;
  private final AvroDeserializer<DriftEvent> deserializer;
  private final Map<String, DriftEvent> open = new LinkedHashMap<>();
  private boolean exists;

  /**
   * @param connection how to reach Kafka
   * @param topic of drift; while it does not exist there is no drift
   * @param registry stays the caller's to close
   */
  public OpenDrifts(
      ConnectionSettings connection, String topic, SchemaRegistry registry, String detector) {
    this.topic = topic;
    this.detector = detector;
    this.reader = new TopicReader(connection.clientProperties(), List.of(topic));
    this.deserializer = AvroDeserializer.specific(registry, DriftEvent.class);
  }

  /** Those that go on now, in the order that they were told of. */
  public List<DriftEvent> read() {
    try {
      reader.toEnd(
          message -> {
            take(message);
            return true;
          });
      exists = true;
    } catch (TopicException missing) {
      LOG.debug("No drift yet", missing);
    }
    return List.copyOf(open.values());
  }

  /**
   * Waits for something new, at most so long.
   *
   * @throws InterruptedException if the thread is interrupted
   */
  public void await(Duration longest) throws InterruptedException {
    long deadline = System.nanoTime() + longest.toNanos();
    boolean isNews = false;
    while (!isNews && System.nanoTime() - deadline < 0) {
      if (exists) {
        for (ConsumerRecord<byte[], byte[]> message : reader.poll(POLL)) {
          isNews |= take(message);
        }
      } else {
        Thread.sleep(POLL.toMillis());
        read();
        isNews = exists;
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  /** Whether a message is of the detector. */
  private boolean take(ConsumerRecord<byte[], byte[]> message) {
    DriftEvent event;
    try {
      event = deserializer.deserialize(message.topic(), message.value());
    } catch (SerializationException | UnknownSchemaException e) {
      LOG.warn(
          "{}-{}-{}: no DriftEvent, skipped: {}",
          topic,
          message.partition(),
          message.offset(),
          e.getMessage());
      return false;
    }
    if (event == null || !event.getDetector().equals(detector)) {
      return false;
    }
    if (event.getChange() == DriftChange.RAISED) {
      open.put(event.getId(), event);
    } else {
      open.remove(event.getId());
    }
    return true;
  }

  @Override
  public void close() {
    // Kafka's consumer cannot say goodbye on a thread that is interrupted.
    boolean interrupted = Thread.interrupted();
    try {
      reader.close();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
