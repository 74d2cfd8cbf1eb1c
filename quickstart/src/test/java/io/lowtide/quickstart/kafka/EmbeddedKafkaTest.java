package io.lowtide.quickstart.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.kafka.topic.TopicException;
import io.lowtide.quickstart.ChildJvm;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
final class EmbeddedKafkaTest {

  private static final String TOPIC = "readings";

  @TempDir Path directory;

  @Test
  void shouldKeepDataAcrossARestartOnTheSameDirectoryAndPort() throws Exception {
    String address;
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0)) {
      address = kafka.bootstrapServers();
      kafka.createTopic(TOPIC, 1, Map.of());
      send(address, Map.of(), "one", "two");
    }

    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, port(address))) {
      assertThat(kafka.bootstrapServers()).isEqualTo(address);
      kafka.createTopic(TOPIC, 1, Map.of());
      send(address, Map.of(), "three");

      assertThat(read(address, 3)).containsExactly("one", "two", "three");
    }
  }

  @Test
  void shouldKeepDataAcrossAKill() throws Exception {
    Process broker = ChildJvm.start(Broker.class, directory.toString());
    String address;
    try {
      address = broker.inputReader().readLine();
      send(address, Map.of(), "one", "two");
    } finally {
      broker.destroyForcibly().waitFor();
    }

    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, port(address))) {
      assertThat(read(kafka.bootstrapServers(), 2)).containsExactly("one", "two");
    }
  }

  @Test
  void shouldShowOnlyCommittedTransactions() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0)) {
      kafka.createTopic(TOPIC, 1, Map.of());
      Map<String, Object> transactional = Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "test");
      try (KafkaProducer<String, String> producer =
          producer(kafka.bootstrapServers(), transactional)) {
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(TOPIC, "aborted")).get();
        producer.abortTransaction();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(TOPIC, "committed")).get();
        producer.commitTransaction();
      }

      assertThat(read(kafka.bootstrapServers(), 1)).containsExactly("committed");
    }
  }

  @Test
  void shouldNameTheTopicSettingThatKafkaRefuses() {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0)) {
      assertThatThrownBy(() -> kafka.createTopic(TOPIC, 1, Map.of("cleanup.policy", "burn")))
          .isInstanceOf(TopicException.class)
          .hasMessageContaining(TOPIC)
          .hasMessageContaining("burn");
    }
  }

  @Test
  void shouldTakeMessagesAsSoonAsATopicIsCreated() throws Exception {
    Map<String, Object> once =
        Map.of(ProducerConfig.RETRIES_CONFIG, 0, ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0);
        KafkaProducer<String, String> producer = producer(kafka.bootstrapServers(), once)) {
      for (int topic = 0; topic < 15; topic++) {
        kafka.createTopic(TOPIC + topic, 8, Map.of());
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int partition = 0; partition < 8; partition++) {
          sent.add(producer.send(new ProducerRecord<>(TOPIC + topic, partition, null, "first")));
        }
        for (Future<RecordMetadata> message : sent) {
          assertThat(message.get().offset()).isZero();
        }
      }
    }
  }

  @Test
  void shouldDeleteItsTemporaryData() {
    EmbeddedKafka kafka = EmbeddedKafka.start();
    assertThat(kafka.directory()).isNotEmptyDirectory();

    kafka.close();

    assertThat(kafka.directory()).doesNotExist();
    assertThatCode(kafka::close).doesNotThrowAnyException();
  }

  @Test
  void shouldNameTheDirectoryItCannotUse() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "not a directory");

    assertThatThrownBy(() -> EmbeddedKafka.start(file, 0))
        .isInstanceOf(KafkaStartException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void shouldLeaveAloneADirectoryThatAnotherBrokerUses() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0)) {
      assertThatThrownBy(() -> EmbeddedKafka.start(directory, 0))
          .isInstanceOf(KafkaStartException.class)
          .hasMessageContaining("another broker uses " + directory);

      kafka.createTopic(TOPIC, 1, Map.of());
      send(kafka.bootstrapServers(), Map.of(), "one");
      assertThat(read(kafka.bootstrapServers(), 1)).containsExactly("one");
    }
  }

  @Test
  void shouldNameThePortThatIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> EmbeddedKafka.start(directory, taken.getLocalPort()))
          .isInstanceOf(KafkaStartException.class)
          .hasMessageContaining("port " + taken.getLocalPort());
    }
  }

  /** A broker in a JVM of its own, to be killed. */
  static final class Broker {
    public static void main(String[] arguments) throws Exception {
      EmbeddedKafka kafka = EmbeddedKafka.start(Path.of(arguments[0]), 0);
      kafka.createTopic(TOPIC, 1, Map.of());
      System.out.println(kafka.bootstrapServers());
      Thread.currentThread().join();
    }
  }

  private static int port(String address) {
    return Integer.parseInt(address.substring(address.indexOf(':') + 1));
  }

  private static void send(String address, Map<String, Object> settings, String... values)
      throws Exception {
    try (KafkaProducer<String, String> producer = producer(address, settings)) {
      for (String value : values) {
        producer.send(new ProducerRecord<>(TOPIC, value)).get();
      }
    }
  }

  private static KafkaProducer<String, String> producer(
      String address, Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, address);
    return new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
  }

  private static List<String> read(String address, int count) {
    Map<String, Object> settings =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, address,
            ConsumerConfig.GROUP_ID_CONFIG, "test",
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
            ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(TOPIC));
      while (values.size() < count) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
          values.add(record.value());
        }
      }
    }
    return values;
  }
}
