package io.lowtide.benchmarks.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.quickstart.traffic.LabelledRecord;
import io.lowtide.quickstart.traffic.LabelledTraffic;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends records at a steady pace until it is closed, through outages too: event times out of order,
 * some far ahead, and one in a hundred something that is hard to take. Each record stands in the
 * topic once, whatever the broker goes through.
 */
final class HostileTraffic implements AutoCloseable {

  private static final double POISON_SHARE = 0.01;
  private static final int MOST_OUT_OF_ORDER_SECONDS = 600;
  private static final Instant FAR_AHEAD = Instant.parse("2100-01-01T00:00:00Z");
  private static final int LARGE = 1_040_000;
  private static final int LONG_KEY = 600_000;

  private final String topic;
  private final LabelledTraffic traffic;
  private final int perSecond;
  private final Random random;
  private final KafkaProducer<byte[], byte[]> producer;
  private final AvroSerializer<GenericRecord> serializer;
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private final Thread thread = new Thread(this::run, "hostile-traffic");
  private volatile boolean closing;

  HostileTraffic(
      String bootstrapServers,
      SchemaRegistry registry,
      String topic,
      LabelledTraffic traffic,
      int perSecond,
      long seed) {
    this.topic = topic;
    this.traffic = traffic;
    this.perSecond = perSecond;
    this.random = new Random(seed);
    this.serializer = new AvroSerializer<>(registry);
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 20);
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 2 * LARGE);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Duration.ofMinutes(5).toMillis());
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 300_000);
    settings.put(ProducerConfig.METADATA_MAX_AGE_CONFIG, 2_000);
    // With several in flight, the second of two batches can stand in the topic twice: if the first
    // is refused, as by a broker that is not yet the leader, and the answer to the second is lost.
    settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    this.producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  void start() {
    // The schema is known from here on, whether the registry is there or not.
    serializer.serialize(topic, traffic.stream().next().value());
    thread.start();
  }

  private void run() {
    long started = System.nanoTime();
    long sent = 0;
    Iterator<LabelledRecord> records = traffic.stream();
    while (!closing) {
      if (!records.hasNext()) {
        records = traffic.stream();
      }
      send(records.next());
      sent++;
      long due = started + sent * 1_000_000_000L / perSecond;
      long wait = (due - System.nanoTime()) / 1_000_000;
      if (wait > 0) {
        pause(wait);
      }
    }
  }

  private static void pause(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(LabelledRecord record) {
    byte[] key = record.key().getBytes(UTF_8);
    byte[] value = serializer.serialize(topic, record.value());
    if (random.nextDouble() < POISON_SHARE) {
      sendPoison(key, value);
    } else {
      send(key, value, eventTime());
    }
  }

  private long eventTime() {
    Instant now = Instant.now();
    return random.nextInt(500) == 0
        ? now.plus(Duration.ofMinutes(55)).toEpochMilli()
        : now.minusSeconds(random.nextInt(MOST_OUT_OF_ORDER_SECONDS)).toEpochMilli();
  }

  private void sendPoison(byte[] key, byte[] value) {
    switch (random.nextInt(12)) {
      case 0 -> send(key, new byte[LARGE], eventTime());
      case 1 -> send(longKey(), value, eventTime());
      case 2, 3 -> send(key, value, FAR_AHEAD.toEpochMilli());
      case 4 -> send(key, new byte[] {1, 2, 3}, FAR_AHEAD.toEpochMilli());
      case 5 -> send(null, value, eventTime());
      case 6 -> send(key, null, eventTime());
      case 7, 8 -> {
        byte[] unknownSchema = value.clone();
        unknownSchema[1] = 0x7f;
        send(key, unknownSchema, eventTime());
      }
      default -> send(key, Arrays.copyOf(value, value.length / 2), eventTime());
    }
  }

  private static byte[] longKey() {
    byte[] key = new byte[LONG_KEY];
    Arrays.fill(key, (byte) 'k');
    return key;
  }

  private void send(byte[] key, byte[] value, long eventTime) {
    producer.send(
        new ProducerRecord<>(topic, null, eventTime, key, value),
        (position, fault) -> {
          if (fault == null) {
            acknowledged.incrementAndGet();
          } else {
            failure.compareAndSet(null, fault);
          }
        });
  }

  /** Records that the broker has acknowledged. */
  long acknowledged() {
    return acknowledged.get();
  }

  /** Sends what is under way and ends. */
  @Override
  public void close() throws InterruptedException {
    closing = true;
    thread.join();
    producer.close();
    serializer.close();
    if (failure.get() != null) {
      throw new IllegalStateException("a record could not be sent", failure.get());
    }
  }
}
