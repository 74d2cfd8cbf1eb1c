package io.lowtide.quickstart.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.cli.Lowtide;
import io.lowtide.cli.alerts.AlertsCommand;
import io.lowtide.cli.alerts.EpisodesCommand;
import io.lowtide.cli.feedback.FeedbackCommand;
import io.lowtide.cli.models.ModelsCommand;
import io.lowtide.cli.models.PublishCommand;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.FollowingCalibration;
import io.lowtide.kafka.alert.AlertReader;
import io.lowtide.kafka.feedback.FeedbackTopic;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.kafka.topic.Topics;
import io.lowtide.quickstart.ChildJvm;
import io.lowtide.quickstart.kafka.EmbeddedKafka;
import io.lowtide.quickstart.registry.RegistryProcess;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.DriftEvent;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.EpisodeChange;
import io.lowtide.schemas.EpisodeEnd;
import io.lowtide.schemas.EpisodeKind;
import io.lowtide.schemas.Feedback;
import io.lowtide.schemas.FeedbackVerdict;
import io.lowtide.schemas.GeneratedClasses;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.stream.StreamApplication;
import io.lowtide.stream.TestModels;
import io.lowtide.stream.config.StreamSettings;
import io.lowtide.stream.deadletter.DeadLetters;
import io.lowtide.trainer.command.EvaluateCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The stream application on a real broker with a real registry: every record is accounted for. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class StreamOnKafkaTest extends AccountedStreamTest {

  private static final Schema NEXT_READING =
      SchemaBuilder.record("Reading")
          .fields()
          .requiredDouble("temperature")
          .requiredDouble("pressure")
          .optionalString("remark")
          .endRecord();

  @TempDir private static Path shared;
  private static EmbeddedKafka kafka;
  private static RegistryProcess registryProcess;

  private final Random random = new Random(3);

  @BeforeAll
  static void startKafkaAndRegistry() {
    kafka = EmbeddedKafka.start(shared.resolve("kafka"), 0);
    registryProcess = startRegistry(0);
  }

  private static RegistryProcess startRegistry(int port) {
    Path log = shared.resolve("registry.log");
    return RegistryProcess.start(
        new RegistryProcess.Settings(
            RegistryProcess.Settings.inMemory(log).home(),
            port,
            log,
            shared.resolve("registry-data")));
  }

  @AfterAll
  static void stopKafkaAndRegistry() {
    registryProcess.close();
    kafka.close();
  }

  @Override
  EmbeddedKafka kafka() {
    return kafka;
  }

  @Override
  String registryUrl() {
    return registryProcess.url();
  }

  @Override
  Map<String, String> clientSettings() {
    return Map.of("kafka.heartbeat.interval.ms", "1000", "kafka.session.timeout.ms", "6000");
  }

  private StreamApplication start(Map<String, String> overrides) throws Exception {
    return StreamApplication.start(StreamSettings.of(settings(overrides)));
  }

  private byte[] message(Schema schema) {
    return message(schema, 65 + 5 * random.nextGaussian(), 2 + 0.5 * random.nextGaussian());
  }

  private void send(List<byte[]> messages) throws Exception {
    sendAll(
        messages.stream()
            .map(
                message -> {
                  byte[] key = ("press-" + random.nextInt(50)).getBytes(StandardCharsets.UTF_8);
                  return new ProducerRecord<>(source(), key, message);
                })
            .toList());
  }

  private void sendAnomaly(String key, Instant eventTime) throws Exception {
    byte[] message = message(READING, 65, 5);
    sendAll(
        List.of(
            new ProducerRecord<>(
                source(),
                0,
                eventTime.toEpochMilli(),
                key.getBytes(StandardCharsets.UTF_8),
                message)));
  }

  private List<byte[]> messages(Schema schema, int count) {
    List<byte[]> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      messages.add(message(schema));
    }
    return messages;
  }

  private List<byte[]> messages(int count) {
    return messages(READING, count);
  }

  private static void awaitReason(StreamApplication application, String beginning)
      throws Exception {
    Await.until(
        () -> application.readiness().reason().startsWith(beginning),
        () -> application.readiness().reason());
  }

  private static double outageSeconds(StreamApplication application, String dependency) {
    return application
        .meters()
        .get("lowtide.outage.seconds")
        .tag("dependency", dependency)
        .gauge()
        .value();
  }

  private static void requireOneOutage(StreamApplication application, String dependency)
      throws Exception {
    Await.until(() -> outageSeconds(application, dependency) == 0, () -> dependency + " is away");
    assertThat(
            application
                .meters()
                .get("lowtide.outages")
                .tag("dependency", dependency)
                .counter()
                .count())
        .isEqualTo(1);
  }

  private static String get(StreamApplication application, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + application.httpPort() + path))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Test
  void shouldWaitForAModelSwapItUnderLoadAndAccountForEveryRecord() throws Exception {
    send(messages(500));
    try (StreamApplication application = start(Map.of("threads", "2"))) {
      Await.until(
          () -> application.readiness().reason().startsWith("waiting for the first model"),
          () -> application.readiness().reason());
      assertThat(application.isLive()).isTrue();
      try (Committed scores = committed("scores")) {
        assertThat(scores.soFar()).isEmpty();
      }

      publish(TestModels.bundle("v1"));
      assertThat(application.awaitReady(Duration.ofSeconds(30))).isTrue();
      send(messages(2_000));
      Path model = state.resolve("v2.avro");
      BundleFiles.write(model, TestModels.bundle("v2"));
      assertThat(run(new PublishCommand(), "--topic", prefix + ".models", model.toString()))
          .startsWith("Published model v2 of detector press-line");
      List<byte[]> mixed = messages(2_000);
      byte[] unknownSchema = mixed.get(10).clone();
      unknownSchema[1] = 0x7f;
      mixed.set(100, unknownSchema);
      mixed.set(700, new byte[] {1, 2, 3});
      mixed.set(1_300, null);
      mixed.set(1_900, Arrays.copyOf(mixed.get(1_900), 9));
      send(mixed);
      Await.until(
          () -> application.readiness().reason().equals("scoring with model v2"),
          () -> application.readiness().reason());
      send(messages(500));

      Outcome outcome = awaitOutcome();
      assertThat(outcome.scores()).extracting(ScoredRecord::getModelVersion).contains("v1", "v2");
      assertThat(outcome.deadLetters())
          .extracting(m -> header(m, DeadLetters.REASON))
          .containsExactlyInAnyOrder("UNKNOWN_SCHEMA", "WIRE_FORMAT", "TOMBSTONE", "UNDECODABLE");
      assertThat(get(application, "/health/ready")).contains("scoring with model v2");
      assertThat(get(application, "/metrics"))
          .contains("lowtide_records_in_total 5000.0")
          .contains("lowtide_records_scored_total 4996.0")
          .contains("lowtide_model_info{detector=\"press-line\",version=\"v2\"} 1")
          .contains("kafka_consumer_fetch_manager_records_lag_max")
          .contains("kafka_stream_thread_commit_total");

      List<AnomalyAlert> alerts = new ArrayList<>();
      try (AlertReader reader = new AlertReader(connection(), prefix + ".alerts")) {
        reader.read(false, Long.MAX_VALUE, alerts::add);
      }
      assertThat(alerts).isNotEmpty().allMatch(a -> a.getPValue() <= a.getBudget());
      assertThat(alerts).extracting(AnomalyAlert::getId).doesNotHaveDuplicates();
      String[] arguments = {"--topic", prefix + ".alerts", "--json", "--limit", "3"};
      assertThat(run(new AlertsCommand(), arguments).lines())
          .hasSize(3)
          .allMatch(line -> line.contains("\"detector\":\"press-line\""));
      assertThat(run(new AlertsCommand(), "--topic", prefix + ".alerts", "--from", "end"))
          .isEmpty();
      assertThat(
              run(new EpisodesCommand(), "--topic", prefix + ".episodes", "--limit", "2").lines())
          .hasSize(2)
          .allMatch(line -> line.startsWith("OPENED"));
    }

    Path fresh = Files.createDirectory(state.resolve("fresh"));
    for (Path directory : List.of(state, fresh)) {
      try (StreamApplication restarted = start(Map.of("state.directory", directory.toString()))) {
        assertThat(restarted.awaitReady(Duration.ofSeconds(30))).isTrue();
        assertThat(restarted.readiness().reason()).isEqualTo("scoring with model v2");
        send(messages(100));
        awaitOutcome();
      }
    }
  }

  @Test
  void shouldCompareAShadowPromoteItGoBackAndWithdrawIt() throws Exception {
    publish(TestModels.bundle("v1"));
    String[] models = {TestModels.DETECTOR, "--topic", prefix + ".models"};
    Path challenger = state.resolve("log.avro");
    BundleFiles.write(challenger, TestModels.withLogarithmOfTemperature());
    try (StreamApplication application =
        start(Map.of("shadow.in.scores", "true", "shadow.time.share", "1"))) {
      assertThat(application.awaitReady(Duration.ofSeconds(30))).isTrue();
      run(
          new PublishCommand(),
          "--challenger",
          "--topic",
          prefix + ".models",
          challenger.toString());
      awaitReason(application, "scoring with model v1; model log in its shadow");
      send(messages(600));
      Outcome compared = awaitOutcome();
      assertThat(compared.scores())
          .hasSize(600)
          .allMatch(score -> score.getModelVersion().equals("v1"))
          .allMatch(score -> score.getShadow().getModelVersion().equals("log"));
      assertThat(get(application, "/metrics")).contains("lowtide_shadow 1.0");
      assertThat(
              application
                  .meters()
                  .get("lowtide.shadow.records")
                  .tag("outcome", "compared")
                  .gauge()
                  .value())
          .isPositive();
      assertThat(run(new ModelsCommand(), with("list", models)))
          .containsPattern("champion +v1")
          .containsPattern("challenger +log");

      run(new ModelsCommand(), with("promote", models));
      Await.until(
          () -> application.readiness().reason().equals("scoring with model log"),
          () -> application.readiness().reason());
      send(messages(100));
      assertThat(awaitOutcome().scores())
          .filteredOn(score -> score.getModelVersion().equals("log"))
          .hasSize(100)
          .allMatch(score -> score.getShadow() == null);
      assertThat(run(new ModelsCommand(), with("rollback", models))).contains("back to v1");
      awaitReason(application, "scoring with model v1");
      run(
          new PublishCommand(),
          "--challenger",
          "--topic",
          prefix + ".models",
          challenger.toString());
      awaitReason(application, "scoring with model v1; model log in its shadow");
      assertThat(run(new ModelsCommand(), with("withdraw", models)))
          .contains("challenger log is withdrawn");
      Await.until(
          () -> application.readiness().reason().equals("scoring with model v1"),
          () -> application.readiness().reason());
    }
  }

  private static String[] with(String command, String... arguments) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of(arguments));
    return all.toArray(String[]::new);
  }

  private String run(Object command, String... arguments) {
    StringWriter output = new StringWriter();
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of(
            "--bootstrap-servers",
            kafka.bootstrapServers(),
            "--registry-url",
            registryProcess.url()));
    int exitCode =
        Lowtide.commandLine(command)
            .setOut(new PrintWriter(output, true))
            .execute(all.toArray(String[]::new));
    assertThat(exitCode).isZero();
    return output.toString();
  }

  @Test
  void shouldWaitForASourceTopicThatIsMissing() throws Exception {
    publish(TestModels.bundle("v1"));
    String late = prefix + ".late";
    try (StreamApplication application = start(Map.of("source.topics", late))) {
      awaitReason(application, "waiting for Kafka");
      Await.until(
          () -> application.readiness().reason().contains("topics that do not exist: " + late),
          () -> application.readiness().reason());
      assertThat(application.isLive()).isTrue();

      kafka.createTopic(late, PARTITIONS, Map.of());

      assertThat(application.awaitReady(Duration.ofSeconds(30))).isTrue();
    }
  }

  @Test
  void shouldLoseNothingWhileTheRegistryIsAway() throws Exception {
    publish(TestModels.bundle("v1"));
    try (StreamApplication application = start(Map.of("retry.limit", "PT1S"))) {
      assertThat(application.awaitReady(Duration.ofSeconds(30))).isTrue();
      send(messages(200));
      awaitOutcome();
      List<byte[]> messages = new ArrayList<>(messages(100));
      messages.addAll(messages(NEXT_READING, 100));
      int port = URI.create(registryProcess.url()).getPort();

      registryProcess.close();
      send(messages);
      awaitReason(application, "waiting for the schema registry at " + registryProcess.url());
      Await.until(
          () -> application.meters().get("lowtide.records.handed.back").counter().count() > 0,
          () -> "no record was handed back");
      assertThat(application.isLive()).isTrue();
      assertThat(outageSeconds(application, "schema_registry")).isPositive();
      registryProcess = startRegistry(port);

      assertThat(awaitOutcome().deadLetters()).isEmpty();
      awaitReason(application, "scoring with model v1");
      requireOneOutage(application, "schema_registry");
      assertThat(application.meters().get("lowtide.threads.replaced").counter().count()).isZero();
    }
  }

  @Test
  void shouldLoseNothingWhileTheBrokerIsAway() throws Exception {
    publish(TestModels.bundle("v1"));
    try (StreamApplication application = start(Map.of())) {
      assertThat(application.awaitReady(Duration.ofSeconds(30))).isTrue();
      send(messages(2_000));
      String[] address = kafka.bootstrapServers().split(":");

      kafka.close();
      awaitReason(application, "waiting for Kafka at " + kafka.bootstrapServers() + ", away since");
      assertThat(get(application, "/metrics")).contains("lowtide_ready 0.0");
      assertThat(outageSeconds(application, "kafka")).isPositive();
      kafka = EmbeddedKafka.start(kafka.directory(), Integer.parseInt(address[1]));
      send(messages(500));

      assertThat(awaitOutcome().scores()).hasSize(2_500);
      awaitReason(application, "scoring with model v1");
      requireOneOutage(application, "kafka");
      assertThat(application.failure()).isNull();
    }
  }

  @Test
  void shouldGoBackToTheLastGoodModelWhenTheNextFitsNoRecord() throws Exception {
    publish(TestModels.bundle("v1"));
    try (StreamApplication application = start(Map.of("model.fit.window", "20"))) {
      assertThat(application.awaitReady(Duration.ofSeconds(30))).isTrue();
      send(messages(200));
      awaitOutcome();
      publish(TestModels.ofOtherRecords("v2"));
      awaitReason(application, "scoring with model v2");
      send(messages(200));

      List<ConsumerRecord<byte[], byte[]>> deadLetters = awaitOutcome().deadLetters();
      assertThat(deadLetters)
          .hasSize(11)
          .allMatch(m -> header(m, DeadLetters.REASON).equals("MISSING_FIELD"))
          .allMatch(m -> header(m, DeadLetters.MODEL_VERSION).equals("v2"));
      assertThat(get(application, "/health/ready"))
          .contains("scoring with model v1; model v2 was taken back")
          .contains("vibration");
      assertThat(get(application, "/metrics")).contains("lowtide_models_taken_back_total 1.0");
    }
  }

  @Test
  void shouldGetThroughAFloodOfUnknownSchemaIds() throws Exception {
    publish(TestModels.bundle("v1"));
    try (StreamApplication application = start(Map.of())) {
      assertThat(application.awaitReady(Duration.ofSeconds(30))).isTrue();
      List<byte[]> flood = messages(5_000);
      for (int i = 0; i < flood.size(); i++) {
        if (i % 10 != 0) {
          int id = i % 2 == 0 ? 1_000_000 : 1_000_000 + i;
          ByteBuffer.wrap(flood.get(i)).putInt(1, id);
        }
      }
      send(flood);

      Outcome outcome = awaitOutcome();
      assertThat(outcome.scores()).hasSize(500);
      assertThat(outcome.deadLetters())
          .hasSize(4_500)
          .allMatch(m -> header(m, DeadLetters.REASON).equals("UNKNOWN_SCHEMA"));
    }
  }

  @Test
  void shouldRememberPublishedAlertsOnAnotherInstance() throws Exception {
    publish(TestModels.bundle("v1"));
    Instant first = Instant.now().minusSeconds(3600);
    try (StreamApplication application = start(Map.of())) {
      assertThat(application.awaitReady(Duration.ofSeconds(30))).isTrue();
      sendAnomaly("press-7", first);
      sendAnomaly("press-7", first.plusSeconds(60));
      awaitOutcome();
      assertThat(application.isLive()).isTrue();
    }

    Path elsewhere = Files.createDirectory(state.resolve("elsewhere"));
    try (StreamApplication another = start(Map.of("state.directory", elsewhere.toString()))) {
      assertThat(another.awaitReady(Duration.ofSeconds(30))).isTrue();
      sendAnomaly("press-7", first.plusSeconds(120));
      sendAnomaly("press-7", first.plusSeconds(400));
      awaitOutcome();
      assertThat(another.isLive()).isTrue();
    }
    List<AnomalyAlert> alerts = new ArrayList<>();
    try (AlertReader reader = new AlertReader(connection(), prefix + ".alerts")) {
      reader.read(false, Long.MAX_VALUE, alerts::add);
    }
    assertThat(alerts)
        .extracting(AnomalyAlert::getEventTime, AnomalyAlert::getSuppressed)
        .containsExactly(
            tuple(first.truncatedTo(ChronoUnit.MILLIS), 0L),
            tuple(first.plusSeconds(400).truncatedTo(ChronoUnit.MILLIS), 2L));
  }

  private List<Episode> episodes(String topic) {
    AvroDeserializer<Episode> deserializer = AvroDeserializer.specific(registry, Episode.class);
    try (Committed episodes = new Committed(kafka.bootstrapServers(), topic)) {
      return episodes.toEnd().stream()
          .map(message -> deserializer.deserialize(message.topic(), message.value()))
          .toList();
    }
  }

  @Test
  void shouldGoOnWithAnEpisodeOnAnotherInstance() throws Exception {
    publish(TestModels.bundle("v1"));
    Instant first = Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
    try (StreamApplication application = start(Map.of())) {
      assertThat(application.awaitReady(Duration.ofSeconds(30))).isTrue();
      sendAnomaly("press-7", first);
      sendAnomaly("press-7", first.plusSeconds(60));
      awaitOutcome();
    }

    Path elsewhere = Files.createDirectory(state.resolve("elsewhere"));
    Map<String, String> silence = Map.of("episode.silence", "PT4S");
    try (StreamApplication another = start(Map.of("state.directory", elsewhere.toString()))) {
      assertThat(another.awaitReady(Duration.ofSeconds(30))).isTrue();
      sendAnomaly("press-7", first.plusSeconds(400));
      awaitOutcome();
    }
    try (StreamApplication impatient = start(silence)) {
      assertThat(impatient.awaitReady(Duration.ofSeconds(30))).isTrue();
      Await.until(
          () -> episodes(prefix + ".episodes").size() == 2,
          () -> episodes(prefix + ".episodes").toString());
    }

    try (Topics topics = new Topics(connection().clientProperties())) {
      String created = prefix + ".episodes";
      assertThat(topics.limits(List.of(created)).get(created).needsKey()).as("compacted").isTrue();
    }
    assertThat(episodes(prefix + ".episodes"))
        .extracting(Episode::getChange, Episode::getClosedBy, Episode::getCount)
        .containsExactly(
            tuple(EpisodeChange.OPENED, null, 1L),
            tuple(EpisodeChange.CLOSED, EpisodeEnd.SOURCE_SILENT, 3L));
    assertThat(episodes(prefix + ".episodes").get(1))
        .returns(first, Episode::getFirstSeen)
        .returns(first.plusSeconds(400), Episode::getLastSeen);
  }

  @Test
  void shouldGoOnWhereAnApplicationWithoutEpisodesWasStopped() throws Exception {
    publish(TestModels.bundle("v1"));
    Instant first = Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
    String changelog = prefix + "-suppression-changelog";
    kafka.createTopic(changelog, PARTITIONS, Map.of("cleanup.policy", "compact"));
    // As the application of before left it: an alert published, three withheld since.
    ByteBuffer known = ByteBuffer.allocate(3 * Long.BYTES);
    known.putLong(11).putLong(3).putLong(first.toEpochMilli());
    byte[] key = "press-7".getBytes(StandardCharsets.UTF_8);
    producer.send(new ProducerRecord<>(changelog, 0, key, known.array())).get();

    try (StreamApplication application = start(Map.of())) {
      assertThat(application.awaitReady(Duration.ofSeconds(30))).isTrue();
      sendAnomaly("press-7", first.plusSeconds(60));
      sendAnomaly("press-7", first.plusSeconds(400));
      awaitOutcome();
      assertThat(application.isLive()).isTrue();
    }
    assertThat(episodes(prefix + ".episodes"))
        .singleElement()
        .returns(first, Episode::getFirstSeen)
        .returns(1L + 3 + 1, Episode::getCount);
    List<AnomalyAlert> alerts = new ArrayList<>();
    try (AlertReader reader = new AlertReader(connection(), prefix + ".alerts")) {
      reader.read(false, Long.MAX_VALUE, alerts::add);
    }
    assertThat(alerts).singleElement().returns(4L, AnomalyAlert::getSuppressed);
  }

  @Test
  void shouldEndInTheEpisodesAndTheDriftOfAnUndisturbedRunWhenItIsKilled() throws Exception {
    publish(TestModels.bundle("v1"));
    kafka.createTopic(prefix + ".scores", PARTITIONS, Map.of());
    kafka.createTopic(prefix + ".dead-letters", PARTITIONS, Map.of());
    // In words, too, the two runs tell the same only if time has no say in them.
    Map<String, String> inFull = Map.of("explanation.time.share", "1");
    List<String> arguments = new ArrayList<>();
    settings(inFull).forEach((name, value) -> arguments.add(name + "=" + value));
    long start = Instant.now().minusSeconds(90_000).toEpochMilli();
    List<ProducerRecord<byte[], byte[]>> outOfOrder = new ArrayList<>();
    for (int i = 0; i < 8_000; i++) {
      byte[] key = ("press-" + random.nextInt(50)).getBytes(StandardCharsets.UTF_8);
      long at = start + 10_000L * i + random.nextInt(1_200_000);
      double temperature = i < 2_000 ? 65 : 74;
      byte[] reading =
          message(
              READING, temperature + 5 * random.nextGaussian(), 2 + 0.5 * random.nextGaussian());
      outOfOrder.add(new ProducerRecord<>(source(), null, at, key, reading));
    }
    sendAll(outOfOrder);
    Process child = ChildJvm.start(StreamChild.class, arguments.toArray(String[]::new));
    try (Committed scores = committed("scores")) {
      Await.until(() -> scores.soFar().size() >= 1_000, () -> scores.soFar().size() + " scores");
    } finally {
      child.destroyForcibly().waitFor();
    }
    try (StreamApplication application = start(inFull)) {
      awaitOutcome();
      assertThat(application.isLive()).isTrue();
    }

    Path undisturbed = Files.createDirectory(state.resolve("undisturbed"));
    Map<String, String> second = new HashMap<>(inFull);
    second.put("application.id", prefix + "-2");
    second.put("state.directory", undisturbed.toString());
    for (String topic : List.of("alerts", "episodes", "drift", "scores", "dead-letters")) {
      second.put(
          topic.equals("dead-letters") ? "dead.letter.topic" : topic + ".topic",
          prefix + "-2." + topic);
    }
    try (StreamApplication application = start(second);
        Committed scores = new Committed(kafka.bootstrapServers(), prefix + "-2.scores")) {
      assertThat(application.awaitReady(Duration.ofSeconds(30))).isTrue();
      Await.until(() -> scores.soFar().size() >= 8_000, () -> scores.soFar().size() + " scores");
    }
    List<Episode> killed = episodes(prefix + ".episodes");
    assertThat(killed).hasSizeGreaterThan(300);
    assertThat(killed).extracting(Episode::getChange).contains(EpisodeChange.CLOSED);
    assertThat(inOrder(killed)).isEqualTo(inOrder(episodes(prefix + "-2.episodes")));
    List<DriftEvent> drift = drift(prefix + ".drift");
    assertThat(drift).extracting(DriftEvent::getPartition).hasSize(PARTITIONS);
    assertThat(drift).containsExactlyInAnyOrderElementsOf(drift(prefix + "-2.drift"));
  }

  private List<DriftEvent> drift(String topic) {
    AvroDeserializer<DriftEvent> deserializer =
        AvroDeserializer.specific(registry, DriftEvent.class);
    try (Committed messages = new Committed(kafka.bootstrapServers(), topic)) {
      return messages.toEnd().stream()
          .map(message -> deserializer.deserialize(topic, message.value()))
          .toList();
    }
  }

  /** Of each episode all that was told, in the order of telling. */
  private static Map<String, List<Episode>> inOrder(List<Episode> told) {
    return told.stream()
        .collect(Collectors.groupingBy(Episode::getId, TreeMap::new, Collectors.toList()));
  }

  @Test
  void shouldTakeFeedbackOnAlertsAndEpisodesAndReplayTheScoresByOtherRules() throws Exception {
    publish(TestModels.bundle("v1"));
    Instant first = Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
    try (StreamApplication application = start(Map.of())) {
      assertThat(application.awaitReady(Duration.ofSeconds(30))).isTrue();
      sendAnomaly("press-7", first);
      sendAnomaly("press-7", first.plusSeconds(60));
      sendAnomaly("press-8", first.plusSeconds(60));
      awaitOutcome();
    }
    String alert = source() + "-0-0-v1";
    String[] topics = {
      "--topic", prefix + ".feedback",
      "--alerts-topic", prefix + ".alerts",
      "--episodes-topic", prefix + ".episodes"
    };

    assertThat(run(new FeedbackCommand(), topics)).startsWith("Nothing was said yet.");
    feedback(topics, alert, "--normal");
    assertThat(feedback(topics, alert, "--anomaly", "--note", "bearing, replaced"))
        .contains("ANOMALY", alert, "press-7", "bearing, replaced");
    feedback(topics, source() + "-0-2-v1", "--normal", "--episode");
    List<Feedback> said = new FeedbackTopic(connection(), prefix + ".feedback").latest();
    assertThat(said)
        .extracting(Feedback::getId, Feedback::getVerdict, Feedback::getEpisode)
        .containsExactly(
            tuple(alert, FeedbackVerdict.ANOMALY, false),
            tuple(source() + "-0-2-v1", FeedbackVerdict.NORMAL, true));
    assertThat(said.get(0).getFirstSeen()).isEqualTo(first);
    assertThat(said.get(0).getSource()).isEqualTo(new RecordPosition(source(), 0, 0L));
    assertThat(run(new FeedbackCommand(), topics))
        .containsPattern("LOW +2 +1 +1 +50.0 %")
        .contains("bearing, replaced");
    assertThat(refused(new FeedbackCommand(), append(topics, "readings-0-9-v1", "--normal")))
        .contains("readings-0-9-v1: no alert on topic " + prefix + ".alerts has this id");

    String replayed =
        run(
            new EvaluateCommand(),
            "--what-if",
            "--scores-topic",
            prefix + ".scores",
            "--window",
            "PT30S",
            "--list");
    assertThat(replayed)
        .containsPattern("scored +3 +3")
        .containsPattern("flagged +3 +3")
        .containsPattern("alerts +2 +3")
        .containsPattern("withheld +1 +0")
        .containsPattern("episodes +2 +2")
        .contains("press-8  p = 0.005");

    Path model = state.resolve("followed.avro");
    BundleFiles.write(model, TestModels.bundle("v1"));
    String[] followed = {
      "--what-if",
      "--scores-topic",
      prefix + ".scores",
      "--calibration-window",
      "1000",
      "--model",
      model.toString()
    };
    assertThat(run(new EvaluateCommand(), followed))
        .containsPattern("calibration.window +of the scores +1,000")
        .contains("Ranked for a budget of 0.05, the model's; where the stream has another");
    assertThat(run(new EvaluateCommand(), append(followed, "--budget", "0.02")))
        .contains("Ranked for a budget of 0.02, that of --budget");
  }

  private String feedback(String[] topics, String... arguments) {
    return run(new FeedbackCommand(), append(topics, arguments));
  }

  private static String[] append(String[] some, String... more) {
    String[] all = Arrays.copyOf(some, some.length + more.length);
    System.arraycopy(more, 0, all, some.length, more.length);
    return all;
  }

  /** What a command says that is refused. */
  private String refused(Object command, String... arguments) {
    StringWriter errors = new StringWriter();
    int code =
        Lowtide.commandLine(command)
            .setErr(new PrintWriter(errors, true))
            .execute(
                append(
                    arguments,
                    "--bootstrap-servers",
                    kafka.bootstrapServers(),
                    "--registry-url",
                    registryUrl()));
    assertThat(code).isEqualTo(2);
    return errors.toString();
  }

  private Process startWebhook(int port, String... more) throws Exception {
    Path secret = Files.writeString(state.resolve("secret"), "0123456789abcdef");
    List<String> arguments = new ArrayList<>(List.of("webhook", "--topic", prefix + ".episodes"));
    arguments.addAll(List.of("--url", "http://127.0.0.1:" + port + "/"));
    arguments.addAll(List.of("--secret-file", secret.toString(), "--group", prefix));
    arguments.addAll(List.of("--bootstrap-servers", kafka.bootstrapServers()));
    arguments.addAll(List.of("--registry-url", registryUrl()));
    arguments.addAll(List.of("--kafka", "session.timeout.ms=6000"));
    arguments.addAll(List.of("--longest-wait", "PT0.2S"));
    arguments.addAll(List.of(more));
    return ChildJvm.start(Lowtide.class, arguments.toArray(String[]::new));
  }

  private void sendEpisodes(int from, int count) throws Exception {
    try (AvroSerializer<Episode> episodes = new AvroSerializer<>(registry)) {
      for (int number = from; number < from + count; number++) {
        Episode episode =
            Episode.newBuilder()
                .setId("episode " + number)
                .setDetector("press-line")
                .setKind(EpisodeKind.UNSCORABLE)
                .setChange(EpisodeChange.OPENED)
                .setFirstSeen(Instant.EPOCH)
                .setLastSeen(Instant.EPOCH)
                .setCount(1)
                .setSummary("a sentence")
                .setSource(new RecordPosition("readings", 0, (long) number))
                .build();
        String topic = prefix + ".episodes";
        producer
            .send(new ProducerRecord<>(topic, 0, null, episodes.serialize(topic, episode)))
            .get();
      }
    }
  }

  private void awaitTaken(WebhookReceiver receiver, int count) throws Exception {
    Await.until(() -> receiver.taken().size() >= count, () -> receiver.taken() + " taken");
  }

  private List<String> places(int from, int count) {
    return IntStream.range(from, from + count)
        .mapToObj(offset -> prefix + ".episodes-0-" + offset)
        .toList();
  }

  @Test
  void shouldDeliverEpisodesToAWebhookAtLeastOnceThroughOutagesAndAKill() throws Exception {
    GeneratedClasses.trust();
    kafka.createTopic(prefix + ".episodes", 1, Map.of());
    sendEpisodes(0, 3);
    int port;
    Process webhook;
    try (WebhookReceiver receiver = new WebhookReceiver(0, n -> n == 1 ? 503 : 200)) {
      port = receiver.port();
      webhook = startWebhook(port, "--from", "beginning");
      awaitTaken(receiver, 3);
      assertThat(receiver.taken()).extracting(told -> told.split(" ")[0]).isEqualTo(places(0, 3));
      assertThat(receiver.taken().get(0)).contains("\"id\":\"episode 0\"");
      assertThat(receiver.refused()).hasSize(1);
    }
    sendEpisodes(3, 1);
    // Nobody listens; then somebody who cannot take it, and in that the process is killed.
    try (WebhookReceiver receiver = new WebhookReceiver(port, n -> 500)) {
      Await.until(() -> receiver.refused().size() >= 2, () -> receiver.refused().toString());
      webhook.destroyForcibly().waitFor();
    }

    Process next = startWebhook(port);
    try (WebhookReceiver receiver = new WebhookReceiver(port, n -> n > 0 && n < 6 ? 422 : 200)) {
      awaitTaken(receiver, 1);
      sendEpisodes(4, 2);
      awaitTaken(receiver, 2);
      next.destroy();
      assertThat(next.waitFor(30, TimeUnit.SECONDS)).isTrue();
      List<String> taken = receiver.taken().stream().map(told -> told.split(" ")[0]).toList();
      assertThat(taken).containsExactly(places(3, 1).get(0), places(5, 1).get(0));
      assertThat(receiver.refused())
          .hasSize(5)
          .allMatch(told -> told.startsWith(places(4, 1).get(0)));
    }
  }

  @Test
  void shouldNeitherLoseNorRepeatARecordWhenItIsKilled() throws Exception {
    publish(TestModels.bundle("v1"));
    kafka.createTopic(prefix + ".scores", PARTITIONS, Map.of());
    kafka.createTopic(prefix + ".dead-letters", PARTITIONS, Map.of());
    List<String> arguments = new ArrayList<>();
    settings(Map.of()).forEach((name, value) -> arguments.add(name + "=" + value));
    send(messages(20_000));
    Process child = ChildJvm.start(StreamChild.class, arguments.toArray(String[]::new));
    try (Committed scores = committed("scores")) {
      Await.until(() -> scores.soFar().size() >= 2_000, () -> scores.soFar().size() + " scores");
    } finally {
      child.destroyForcibly().waitFor();
    }

    try (Committed scores = committed("scores")) {
      assertThat(scores.toEnd()).as("scores at the kill").hasSizeLessThan(20_000);
    }
    try (StreamApplication application = start(Map.of())) {
      assertThat(awaitOutcome().scores()).hasSize(20_000);
      assertThat(application.isLive()).isTrue();
    }
  }

  @Test
  void shouldJudgeByHistoryAndByWhatItFollowsThroughAKillAndOnAnotherInstance() throws Exception {
    Map<String, String> follows = Map.of("calibration.window", "300");
    publish(TestModels.withTemperatureBefore("v1"));
    kafka.createTopic(prefix + ".scores", PARTITIONS, Map.of());
    kafka.createTopic(prefix + ".dead-letters", PARTITIONS, Map.of());
    List<String> arguments = new ArrayList<>();
    settings(follows).forEach((name, value) -> arguments.add(name + "=" + value));
    send(messages(10_000));
    Process child = ChildJvm.start(StreamChild.class, arguments.toArray(String[]::new));
    try (Committed scores = committed("scores")) {
      Await.until(() -> scores.soFar().size() >= 1_000, () -> scores.soFar().size() + " scores");
    } finally {
      child.destroyForcibly().waitFor();
    }
    try (StreamApplication application = start(follows)) {
      requireScoresByHistory(awaitOutcome().scores());
      assertThat(application.isLive()).isTrue();
    }

    send(messages(500));
    Map<String, String> elsewhere = new HashMap<>(follows);
    elsewhere.put("state.directory", Files.createDirectory(state.resolve("elsewhere")).toString());
    try (StreamApplication another = start(elsewhere)) {
      List<ScoredRecord> scores = awaitOutcome().scores();
      requireScoresByHistory(scores);
      requireRanksAmongTheScoresBefore(scores, TestModels.withTemperatureBefore("v1"), 300);
      assertThat(another.isLive()).isTrue();
    }
  }

  /** Each p-value is to the bit what the scores before it in its partition ask for. */
  private static void requireRanksAmongTheScoresBefore(
      List<ScoredRecord> scores, ModelBundle bundle, int window) {
    double budget = bundle.calibration().defaultBudget();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      int number = partition;
      FollowingCalibration calibration =
          new FollowingCalibration(bundle.calibration(), budget, window);
      scores.stream()
          .filter(score -> score.getSource().getPartition() == number)
          .sorted(Comparator.comparingLong(score -> score.getSource().getOffset()))
          .forEach(
              score -> {
                double p = calibration.pValue(score.getLogLikelihood());
                assertThat(score.getPValue()).as(score.getSource().toString()).isEqualTo(p);
                assertThat(score.getCalibrationWindow())
                    .isEqualTo(calibration.followed().getAsInt());
                calibration.follow(score.getLogLikelihood(), p <= budget);
              });
      assertThat(calibration.followed()).hasValue(window);
    }
  }

  /** Each score is the one that the temperature before under the same key asks for. */
  private void requireScoresByHistory(List<ScoredRecord> scores) throws Exception {
    AvroDeserializer<GenericRecord> deserializer = AvroDeserializer.generic(registry);
    Map<String, Double> expected = new HashMap<>();
    Map<String, Double> before = new HashMap<>();
    try (Committed source = new Committed(kafka.bootstrapServers(), source())) {
      List<ConsumerRecord<byte[], byte[]>> inOrder = new ArrayList<>(source.toEnd());
      inOrder.sort(Comparator.comparingLong(ConsumerRecord::offset));
      for (ConsumerRecord<byte[], byte[]> message : inOrder) {
        GenericRecord reading = deserializer.deserialize(message.topic(), message.value());
        String key = message.partition() + new String(message.key(), StandardCharsets.UTF_8);
        double temperature = (double) reading.get("temperature");
        double drift = temperature - before.getOrDefault(key, 65.0);
        double pressure = ((double) reading.get("pressure") - 2) / 0.5;
        before.put(key, temperature);
        expected.put(
            message.partition() + "-" + message.offset(),
            -Math.log(2 * Math.PI) - Math.log(0.5) - 0.5 * (drift * drift + pressure * pressure));
      }
    }
    assertThat(scores).hasSize(expected.size());
    for (ScoredRecord score : scores) {
      String place = score.getSource().getPartition() + "-" + score.getSource().getOffset();
      assertThat(score.getLogLikelihood()).as(place).isCloseTo(expected.get(place), within(1e-3));
    }
  }

  @Test
  void shouldSayWhichTopicIsGoneAndGoOnOnceItIsBack() throws Exception {
    publish(TestModels.bundle("v1"));
    try (StreamApplication application = start(Map.of());
        Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      assertThat(application.awaitReady(Duration.ofSeconds(30))).isTrue();
      admin.deleteTopics(List.of(prefix + ".scores")).all().get();
      awaitReason(application, "waiting for Kafka");
      assertThat(application.readiness().reason())
          .contains("topics that do not exist: " + prefix + ".scores");
      kafka.createTopic(prefix + ".scores", 2, Map.of());
      assertThat(application.awaitReady(Duration.ofSeconds(30))).isTrue();

      admin.deleteTopics(List.of(source())).all().get();
      Await.until(
          () -> application.readiness().reason().contains("do not exist: " + source()),
          () -> application.readiness().reason());
      kafka.createTopic(source(), PARTITIONS, Map.of());
      assertThat(application.awaitReady(Duration.ofSeconds(30))).isTrue();
      send(messages(100));
      awaitOutcome();
    }
  }

  @Test
  void shouldSayWhatBecomesOfChangelogsThatHaveMorePartitionsThanTheSource() throws Exception {
    publish(TestModels.bundle("v1"));
    try (StreamApplication application = start(Map.of())) {
      assertThat(application.awaitReady(Duration.ofSeconds(30))).isTrue();
      send(messages(10));
      awaitOutcome();
    }
    kafka.createTopic(prefix + ".narrow", 1, Map.of());
    try (StreamApplication application = start(Map.of("source.topics", prefix + ".narrow"))) {
      Await.until(() -> application.failure() != null, () -> application.readiness().reason());
      assertThat(application.failure())
          .hasMessageContaining("-changelog: 2 partitions, expected those of the source topics, 1")
          .hasMessageContaining("another application.id");
    }
  }
}
