package io.lowtide.quickstart.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.quickstart.kafka.EmbeddedKafka;
import io.lowtide.stream.StreamApplication;
import io.lowtide.stream.TestModels;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A broker, a registry or a topic that is away: nothing is lost, it is told, and it goes on. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class OutagesOnKafkaTest extends RegisteredStreamTest {

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
}
