package io.lowtide.quickstart.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.cli.alerts.AlertsCommand;
import io.lowtide.cli.alerts.EpisodesCommand;
import io.lowtide.cli.models.ModelsCommand;
import io.lowtide.cli.models.PublishCommand;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.FollowingCalibration;
import io.lowtide.kafka.alert.AlertReader;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.stream.StreamApplication;
import io.lowtide.stream.TestModels;
import io.lowtide.stream.deadletter.DeadLetters;
import io.lowtide.stream.health.Readiness;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The stream application on a real broker with a real registry: every record is accounted for. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class StreamOnKafkaTest extends RegisteredStreamTest {

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
  void shouldNeitherLoseNorRepeatARecordWhenItIsKilled() throws Exception {
    publish(TestModels.bundle("v1"));
    kafka.createTopic(prefix + ".scores", PARTITIONS, Map.of());
    kafka.createTopic(prefix + ".dead-letters", PARTITIONS, Map.of());
    send(messages(20_000));
    runUntilKilled(Map.of(), 2_000);

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
    send(messages(10_000));
    runUntilKilled(follows, 1_000);
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
  void shouldNotBeReadyWhereInstancesOfItsNameReadOtherTopics() throws Exception {
    publish(TestModels.bundle("v1"));
    String other = prefix + ".other";
    kafka.createTopic(other, PARTITIONS, Map.of());
    Path elsewhere = Files.createDirectory(state.resolve("elsewhere"));
    Map<String, String> ofOther =
        Map.of("source.topics", other, "state.directory", elsewhere.toString());
    try (StreamApplication first = start(Map.of())) {
      assertThat(first.awaitReady(Duration.ofSeconds(30))).isTrue();
      try (StreamApplication second = start(ofOther)) {
        String told =
            "application.id %s read topics that are not among the source.topics [%s] of this one: [%s]"
                .formatted(prefix, other, source());
        Await.until(
            () -> {
              Readiness readiness = second.readiness();
              return !readiness.ready() && readiness.reason().contains(told);
            },
            () -> second.readiness().reason());
        Await.until(() -> first.readiness().ready(), () -> first.readiness().reason());
        first.close();

        assertThat(second.awaitReady(Duration.ofSeconds(60))).isTrue();
      }
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
