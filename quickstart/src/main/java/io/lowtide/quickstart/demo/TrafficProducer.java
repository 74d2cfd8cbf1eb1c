package io.lowtide.quickstart.demo;

import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.quickstart.traffic.LabelledRecord;
import io.lowtide.quickstart.traffic.LabelledTraffic;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends labelled traffic to the source topic, and now and then a message that no consumer can read,
 * as real topics have them.
 */
final class TrafficProducer {

  private static final double UNREADABLE_SHARE = 0.0004;

  /** Between the event times of two records. */
  static final Duration EVENT_INTERVAL = Duration.ofMillis(250);

  private final String bootstrapServers;
  private final SchemaRegistry registry;
  private final String topic;
  private final Truth truth;

  TrafficProducer(String bootstrapServers, SchemaRegistry registry, String topic, Truth truth) {
    this.bootstrapServers = bootstrapServers;
    this.registry = registry;
    this.topic = topic;
    this.truth = truth;
  }

  /**
   * Sends everything and waits for the acknowledgements.
   *
   * @param last event time of the last record
   * @return number of messages sent
   */
  long send(LabelledTraffic traffic, Instant last) {
    AtomicReference<Exception> failure = new AtomicReference<>();
    Random random = new Random(1);
    long sent = 0;
    Instant eventTime = last.minus(EVENT_INTERVAL.multipliedBy(traffic.streamSize()));
    try (KafkaProducer<String, byte[]> producer = newProducer();
        AvroSerializer<GenericRecord> serializer = new AvroSerializer<>(registry)) {
      for (Iterator<LabelledRecord> records = traffic.stream(); records.hasNext(); sent++) {
        if (failure.get() != null) {
          throw new IllegalStateException("the broker refused a record", failure.get());
        }
        LabelledRecord record = records.next();
        byte[] value = serializer.serialize(topic, record.value());
        if (random.nextDouble() < UNREADABLE_SHARE) {
          byte[] unreadable = unreadable(value, random);
          send(producer, eventTime, record.key(), unreadable, Truth.UNREADABLE, failure);
          sent++;
        }
        send(producer, eventTime, record.key(), value, record.kind(), failure);
        eventTime = eventTime.plus(EVENT_INTERVAL);
      }
    }
    if (failure.get() != null) {
      throw new IllegalStateException("the broker refused a record", failure.get());
    }
    return sent;
  }

  private void send(
      KafkaProducer<String, byte[]> producer,
      Instant eventTime,
      String key,
      byte[] value,
      String kind,
      AtomicReference<Exception> failure) {
    producer.send(
        new ProducerRecord<>(topic, null, eventTime.toEpochMilli(), key, value),
        (metadata, exception) -> {
          if (exception == null) {
            truth.remember(metadata, kind);
          } else {
            failure.compareAndSet(null, exception);
          }
        });
  }

  /** Cut short, of an unknown schema, or not Avro at all. */
  private static byte[] unreadable(byte[] value, Random random) {
    switch (random.nextInt(3)) {
      case 0:
        return Arrays.copyOf(value, value.length / 2);
      case 1:
        byte[] unknownSchema = value.clone();
        unknownSchema[1] = 0x7f;
        return unknownSchema;
      default:
        byte[] noise = new byte[24];
        random.nextBytes(noise);
        noise[0] = '{';
        return noise;
    }
  }

  private KafkaProducer<String, byte[]> newProducer() {
    return new KafkaProducer<>(
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            ProducerConfig.LINGER_MS_CONFIG,
            20),
        new StringSerializer(),
        new ByteArraySerializer());
  }
}
