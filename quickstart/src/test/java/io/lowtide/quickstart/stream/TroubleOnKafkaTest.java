package io.lowtide.quickstart.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.quickstart.kafka.EmbeddedKafka;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.stream.StreamApplication;
import io.lowtide.stream.TestModels;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.config.StreamSettings;
import io.lowtide.stream.deadletter.DeadLetters;
import io.micrometer.core.instrument.Counter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a real broker refuses, and what changes under the stream while it runs. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TroubleOnKafkaTest extends AccountedStreamTest {

  private static final Instant FAR_AHEAD = Instant.parse("2100-01-01T00:00:00Z");

  private static EmbeddedKafka kafka;
  private static Admin admin;

  private final Random random = new Random(5);

  @BeforeAll
  static void startKafka() {
    kafka = EmbeddedKafka.start();
    admin = Admin.create(client());
  }

  private static Map<String, Object> client() {
    return Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers());
  }

  @AfterAll
  static void stopKafka() {
    admin.close();
    kafka.close();
  }

  @Override
  EmbeddedKafka kafka() {
    return kafka;
  }

  @Override
  String registryUrl() {
    return "mock://" + prefix;
  }

  @Override
  Map<String, String> clientSettings() {
    return Map.of(
        "kafka.heartbeat.interval.ms", "700",
        "kafka.session.timeout.ms", "3000",
        "kafka.metadata.max.age.ms", "500");
  }

  /** Takes what topics with default settings do not. */
  @Override
  Map<String, String> sourceConfiguration() {
    return Map.of(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, Long.toString(Long.MAX_VALUE));
  }

  @Override
  Map<String, Object> producerSettings() {
    return Map.of(
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 2_000_000,
        ProducerConfig.METADATA_MAX_AGE_CONFIG, 500);
  }

  private StreamApplication start(Map<String, String> overrides) throws Exception {
    StreamApplication application = StreamApplication.start(StreamSettings.of(settings(overrides)));
    assertThat(application.awaitReady(Duration.ofSeconds(60)))
        .as(() -> application.readiness().toString())
        .isTrue();
    return application;
  }

  private byte[] normal() {
    return message(READING, 65 + random.nextGaussian(), 2);
  }

  private byte[] anomalous() {
    return message(READING, 65, 4.9);
  }

  private void send(byte[] key, byte[] value, Instant at) throws Exception {
    sendAll(List.of(record(key, value, at)));
  }

  private ProducerRecord<byte[], byte[]> record(byte[] key, byte[] value, Instant at) {
    return new ProducerRecord<>(source(), null, at.toEpochMilli(), key, value);
  }

  private void sendNormal(int count) throws Exception {
    List<ProducerRecord<byte[], byte[]>> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      messages.add(record(("press-" + i % 20).getBytes(UTF_8), normal(), Instant.now()));
    }
    sendAll(messages);
  }

  private static byte[] text(int length) {
    byte[] text = new byte[length];
    Arrays.fill(text, (byte) 'x');
    return text;
  }

  private static double count(StreamApplication application, String name) {
    return application.meters().find(name).counters().stream().mapToDouble(Counter::count).sum();
  }

  private static void alter(String topic, String setting, String value) throws Exception {
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, topic),
                List.of(
                    new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET))))
        .all()
        .get();
  }

  private void growTo(int partitions) throws Exception {
    admin.createPartitions(Map.of(source(), NewPartitions.increaseTo(partitions))).all().get();
    Await.until(
        () -> producer.partitionsFor(source()).size() == partitions,
        () -> "the producer does not see the partitions");
  }

  private int partitionsOf(String topic) throws Exception {
    return admin
        .describeTopics(List.of(topic))
        .allTopicNames()
        .get()
        .get(topic)
        .partitions()
        .size();
  }

  private void sendWhatNoTopicTakesAsItIs() throws Exception {
    Instant now = Instant.now();
    sendNormal(50);
    send("poison".getBytes(UTF_8), text(1_048_431), now);
    send(text(600_000), normal(), now);
    send(text(600_000), anomalous(), now);
    send(text(1_048_300), anomalous(), now);
    ProducerRecord<byte[], byte[]> headers =
        new ProducerRecord<>(source(), null, now.toEpochMilli(), null, new byte[] {1});
    headers.headers().add("long", text(1_048_300));
    sendAll(List.of(headers));
    send("ahead".getBytes(UTF_8), normal(), FAR_AHEAD);
    send("ahead".getBytes(UTF_8), anomalous(), FAR_AHEAD);
    send("ahead".getBytes(UTF_8), new byte[] {1}, FAR_AHEAD);
    send("behind".getBytes(UTF_8), anomalous(), Instant.EPOCH);
    sendNormal(50);
  }

  @Test
  void shouldGoOnPastRecordsThatNoTopicTakesAsTheyAre() throws Exception {
    publish(TestModels.withTemperatureBefore("lag"));
    try (StreamApplication application = start(Map.of())) {
      sendWhatNoTopicTakesAsItIs();
      Outcome outcome = awaitOutcome();

      assertThat(outcome.deadLetters()).hasSize(3);
      assertThat(outcome.deadLetters())
          .as("dead letters, on a topic made for whole ones")
          .allMatch(letter -> letter.headers().lastHeader(DeadLetters.CUT) == null);
      assertThat(count(application, "lowtide.messages.refused")).isZero();
      assertThat(count(application, "lowtide.threads.replaced")).isZero();
      assertThat(count(application, "lowtide.records.in")).isEqualTo(sent.size());
    }
  }

  @Test
  void shouldGoOnPastThemOnTopicsThatTakeLess() throws Exception {
    for (String topic : List.of("scores", "alerts", "dead-letters")) {
      kafka.createTopic(prefix + "." + topic, 1, Map.of());
    }
    alter(prefix + ".alerts", TopicConfig.CLEANUP_POLICY_CONFIG, "compact");
    publish(TestModels.bundle("v1"));
    try (StreamApplication application =
        start(Map.of("kafka.producer.compression.type", "snappy"))) {
      sendWhatNoTopicTakesAsItIs();
      send(null, anomalous(), Instant.now());
      Outcome outcome = awaitOutcome();

      assertThat(outcome.deadLetters())
          .filteredOn(letter -> letter.headers().lastHeader(DeadLetters.CUT) != null)
          .extracting(letter -> header(letter, DeadLetters.CUT))
          .containsExactlyInAnyOrder("value", "headers");
      assertThat(count(application, "lowtide.messages.refused")).isZero();
      assertThat(count(application, "lowtide.threads.replaced")).isZero();
    }
  }

  @Test
  void shouldGoOnWhenATopicTakesLessThanAtTheStart() throws Exception {
    publish(TestModels.bundle("v1"));
    try (StreamApplication application = start(Map.of())) {
      sendNormal(100);
      awaitOutcome();
      alter(prefix + ".dead-letters", TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "20000");
      alter(prefix + ".scores", TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, "60000");

      sendNormal(20);
      send("poison".getBytes(UTF_8), text(30_000), Instant.now());
      sendNormal(20);
      awaitOutcome();
      send("ahead".getBytes(UTF_8), normal(), Instant.now().plusSeconds(1_800));
      sendNormal(20);
      awaitOutcome();

      assertThat(count(application, "lowtide.messages.refused")).isBetween(1.0, 2.0);
      assertThat(application.failure()).isNull();
    }
  }

  @Test
  void shouldReadPartitionsThatAreAddedToTheSourceWhileItRunsAndWhileItIsStopped()
      throws Exception {
    publish(TestModels.withTemperatureBefore("lag"));
    try (StreamApplication application = start(Map.of("threads", "2"))) {
      sendNormal(100);
      awaitOutcome();
      growTo(3);
      sendNormal(100);
      awaitOutcome();
      assertThat(application.failure()).isNull();
    }
    growTo(5);
    try (StreamApplication application = start(Map.of())) {
      sendNormal(100);
      awaitOutcome();
      assertThat(application.failure()).isNull();
    }
    assertThat(partitionsOf(prefix + "-suppression-changelog")).isEqualTo(5);
    assertThat(partitionsOf(prefix + "-history-changelog")).isEqualTo(5);
  }

  @Test
  void shouldOpenAStoreOfPastRecordsWhenAModelAsksForThem() throws Exception {
    publish(TestModels.bundle("v1"));
    try (StreamApplication application = start(Map.of())) {
      sendNormal(100);
      awaitOutcome();
      assertThat(admin.listTopics().names().get()).doesNotContain(prefix + "-history-changelog");
      publish(TestModels.withTemperatureBefore("lag"));
      Await.until(
          () -> application.readiness().reason().equals("scoring with model lag"),
          () -> application.readiness().reason());
      sendNormal(100);
      awaitOutcome();

      assertThat(admin.listTopics().names().get()).contains(prefix + "-history-changelog");
      assertThat(application.failure()).isNull();
    }
    Path elsewhere = Files.createDirectory(state.resolve("elsewhere"));
    try (StreamApplication another = start(Map.of("state.directory", elsewhere.toString()))) {
      sendNormal(20);
      awaitOutcome();
      assertThat(another.failure()).isNull();
    }
  }

  private List<String> alertIds(String application, Map<String, String> overrides)
      throws Exception {
    Map<String, String> own = new HashMap<>(overrides);
    own.put("application.id", application);
    own.putAll(OutputTopic.named(application + "."));
    own.put("state.directory", Files.createDirectory(state.resolve(application)).toString());
    AvroDeserializer<AnomalyAlert> deserializer =
        AvroDeserializer.specific(registry, AnomalyAlert.class);
    try (StreamApplication running = start(own);
        Committed scores = new Committed(kafka.bootstrapServers(), application + ".scores");
        Committed alerts = new Committed(kafka.bootstrapServers(), application + ".alerts")) {
      Await.until(
          () -> scores.soFar().size() == sent.size(), () -> scores.soFar().size() + " scores");
      assertThat(running.failure()).isNull();
      return alerts.toEnd().stream()
          .map(message -> deserializer.deserialize(message.topic(), message.value()))
          .map(alert -> alert.getId() + " " + alert.getSuppressed())
          .sorted()
          .toList();
    }
  }

  @Test
  void shouldAlertAlikeHoweverTheRecordsAreBatched() throws Exception {
    publish(TestModels.bundle("v1"));
    Instant start = Instant.now().minus(Duration.ofHours(3));
    List<ProducerRecord<byte[], byte[]>> messages = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      Instant mixed = start.plusSeconds(10L * i + random.nextInt(1_200) - 600);
      messages.add(
          record(
              ("press-" + random.nextInt(10)).getBytes(UTF_8),
              anomalous(),
              i % 100 == 99 ? mixed.plus(Duration.ofMinutes(55)) : mixed));
    }
    sendAll(messages);

    List<String> atOnce = alertIds(prefix + "-at-once", Map.of());
    List<String> inSmallBatches =
        alertIds(
            prefix + "-in-small-batches",
            Map.of(
                "kafka.max.poll.records", "3",
                "kafka.commit.interval.ms", "10",
                "kafka.fetch.max.bytes", "1000",
                "kafka.max.partition.fetch.bytes", "500"));

    assertThat(atOnce).hasSizeBetween(100, 900).isEqualTo(inSmallBatches);
  }
}
