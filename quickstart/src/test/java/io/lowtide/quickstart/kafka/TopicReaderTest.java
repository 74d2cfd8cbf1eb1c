package io.lowtide.quickstart.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.kafka.topic.StartingPoint;
import io.lowtide.kafka.topic.TopicException;
import io.lowtide.kafka.topic.TopicReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TopicReaderTest {

  private static EmbeddedKafka kafka;

  @BeforeAll
  static void startKafka() {
    kafka = EmbeddedKafka.start();
  }

  @AfterAll
  static void stopKafka() {
    kafka.close();
  }

  private static TopicReader reader(String... topics) {
    return new TopicReader(client(), List.of(topics));
  }

  private static Map<String, Object> client() {
    return Map.of("bootstrap.servers", kafka.bootstrapServers());
  }

  private static KafkaProducer<byte[], byte[]> producer(String transaction) {
    Map<String, Object> settings = new HashMap<>(client());
    if (transaction != null) {
      settings.put("transactional.id", transaction);
    }
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static void send(String topic, int partition, String... values) {
    try (KafkaProducer<byte[], byte[]> producer = producer(null)) {
      for (String value : values) {
        producer.send(record(topic, partition, value));
      }
    }
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, int partition, String value) {
    return new ProducerRecord<>(topic, partition, null, value.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> toEnd(TopicReader reader) {
    List<String> values = new ArrayList<>();
    reader.toEnd(message -> values.add(new String(message.value(), StandardCharsets.UTF_8)));
    return values;
  }

  @Test
  void shouldReadEveryPartitionOfEveryTopicToItsEndAndGoOnFromThere() {
    kafka.createTopic("one", 2, Map.of());
    kafka.createTopic("other", 1, Map.of());
    send("one", 0, "a", "b");
    send("one", 1, "c");
    send("other", 0, "d");
    try (TopicReader reader = reader("one", "other")) {
      assertThat(toEnd(reader)).containsExactlyInAnyOrder("a", "b", "c", "d");
      assertThat(toEnd(reader)).isEmpty();
      send("one", 1, "e");
      assertThat(toEnd(reader)).containsExactly("e");
    }
  }

  @Test
  void shouldBeginAtATimeOrAtTheEnd() {
    kafka.createTopic("dated", 1, Map.of());
    Instant start = Instant.now().minusSeconds(3600);
    try (KafkaProducer<byte[], byte[]> producer = producer(null)) {
      for (int second : List.of(0, 20, 10, 30)) {
        byte[] value = Integer.toString(second).getBytes(StandardCharsets.UTF_8);
        long at = start.plusSeconds(second).toEpochMilli();
        producer.send(new ProducerRecord<>("dated", 0, at, null, value));
      }
    }
    try (TopicReader inTime = readerAt(new StartingPoint.At(start.plusSeconds(15)));
        TopicReader late = readerAt(new StartingPoint.At(start.plusSeconds(31)));
        TopicReader end = readerAt(new StartingPoint.End())) {
      assertThat(toEnd(inTime)).containsExactly("20", "10", "30");
      assertThat(toEnd(late)).isEmpty();
      assertThat(toEnd(end)).isEmpty();
      send("dated", 0, "next");
      assertThat(toEnd(late)).containsExactly("next");
      assertThat(toEnd(end)).containsExactly("next");
    }
  }

  private static TopicReader readerAt(StartingPoint start) {
    return new TopicReader(client(), List.of("dated"), start);
  }

  @Test
  void shouldReadWhatIsCommittedAndNothingElse() {
    kafka.createTopic("transactions", 1, Map.of());
    try (KafkaProducer<byte[], byte[]> producer = producer("writer")) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(record("transactions", 0, "aborted"));
      producer.flush();
      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(record("transactions", 0, "committed"));
      producer.commitTransaction();
      producer.beginTransaction();
      producer.send(record("transactions", 0, "open"));
      producer.flush();
      try (TopicReader reader = reader("transactions")) {
        assertThat(toEnd(reader)).containsExactly("committed");
      }
      producer.abortTransaction();
    }
  }

  @Test
  void shouldEndWhenNoMoreIsWanted() {
    kafka.createTopic("long", 1, Map.of());
    send("long", 0, "a", "b", "c");
    List<String> values = new ArrayList<>();
    try (TopicReader reader = reader("long")) {
      reader.toEnd(
          message -> {
            values.add(new String(message.value(), StandardCharsets.UTF_8));
            return values.size() < 2;
          });
    }
    assertThat(values).containsExactly("a", "b");
  }

  @Test
  void shouldSayWhichTopicDoesNotExist() {
    try (TopicReader reader = reader("absent")) {
      assertThatThrownBy(() -> toEnd(reader))
          .isInstanceOf(TopicException.class)
          .hasMessage("topics that do not exist: absent");
    }
  }

  @Test
  void shouldWaitForATopicAndForMoreUntilItIsStopped() throws Exception {
    List<String> values = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch first = new CountDownLatch(1);
    try (TopicReader reader = reader("late")) {
      Thread following =
          new Thread(
              () ->
                  reader.follow(
                      message -> {
                        values.add(new String(message.value(), StandardCharsets.UTF_8));
                        first.countDown();
                        return true;
                      }));
      following.start();
      kafka.createTopic("late", 1, Map.of());
      send("late", 0, "a");
      assertThat(first.await(30, TimeUnit.SECONDS)).isTrue();
      reader.stop();
      following.join(10_000);
      assertThat(following.isAlive()).isFalse();
    }
    assertThat(values).containsExactly("a");
  }
}
