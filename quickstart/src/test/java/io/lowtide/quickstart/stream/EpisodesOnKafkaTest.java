package io.lowtide.quickstart.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.lowtide.cli.Lowtide;
import io.lowtide.cli.feedback.FeedbackCommand;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.kafka.alert.AlertReader;
import io.lowtide.kafka.feedback.FeedbackTopic;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.kafka.topic.Topics;
import io.lowtide.quickstart.ChildJvm;
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
import io.lowtide.stream.StreamApplication;
import io.lowtide.stream.TestModels;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.trainer.command.EvaluateCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Alerts and episodes on a real broker: over kills and moves, as people answer them, and on their
 * way out.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class EpisodesOnKafkaTest extends RegisteredStreamTest {

  private List<AnomalyAlert> alerts() {
    List<AnomalyAlert> alerts = new ArrayList<>();
    try (AlertReader reader = new AlertReader(connection(), prefix + ".alerts")) {
      reader.read(false, Long.MAX_VALUE, alerts::add);
    }
    return alerts;
  }

  private List<Episode> episodes(String topic) {
    return told(topic, Episode.class);
  }

  private <T extends SpecificRecord> List<T> told(String topic, Class<T> kind) {
    AvroDeserializer<T> deserializer = AvroDeserializer.specific(registry, kind);
    try (Committed messages = new Committed(kafka.bootstrapServers(), topic)) {
      return messages.toEnd().stream()
          .map(message -> deserializer.deserialize(topic, message.value()))
          .toList();
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
    assertThat(alerts())
        .extracting(AnomalyAlert::getEventTime, AnomalyAlert::getSuppressed)
        .containsExactly(
            tuple(first.truncatedTo(ChronoUnit.MILLIS), 0L),
            tuple(first.plusSeconds(400).truncatedTo(ChronoUnit.MILLIS), 2L));
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
    assertThat(alerts()).singleElement().returns(4L, AnomalyAlert::getSuppressed);
  }

  @Test
  void shouldEndInTheEpisodesAndTheDriftOfAnUndisturbedRunWhenItIsKilled() throws Exception {
    publish(TestModels.bundle("v1"));
    kafka.createTopic(prefix + ".scores", PARTITIONS, Map.of());
    kafka.createTopic(prefix + ".dead-letters", PARTITIONS, Map.of());
    // In words, too, the two runs tell the same only if time has no say in them.
    Map<String, String> inFull = Map.of("explanation.time.share", "1");
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
    runUntilKilled(inFull, 1_000);
    try (StreamApplication application = start(inFull)) {
      awaitOutcome();
      assertThat(application.isLive()).isTrue();
    }

    Path undisturbed = Files.createDirectory(state.resolve("undisturbed"));
    Map<String, String> second = new HashMap<>(inFull);
    second.put("application.id", prefix + "-2");
    second.put("state.directory", undisturbed.toString());
    second.putAll(OutputTopic.named(prefix + "-2."));
    try (StreamApplication application = start(second);
        Committed scores = new Committed(kafka.bootstrapServers(), prefix + "-2.scores")) {
      assertThat(application.awaitReady(Duration.ofSeconds(30))).isTrue();
      Await.until(() -> scores.soFar().size() >= 8_000, () -> scores.soFar().size() + " scores");
    }
    List<Episode> killed = episodes(prefix + ".episodes");
    assertThat(killed).hasSizeGreaterThan(300);
    assertThat(killed).extracting(Episode::getChange).contains(EpisodeChange.CLOSED);
    assertThat(inOrder(killed)).isEqualTo(inOrder(episodes(prefix + "-2.episodes")));
    List<DriftEvent> drift = told(prefix + ".drift", DriftEvent.class);
    assertThat(drift).extracting(DriftEvent::getPartition).hasSize(PARTITIONS);
    assertThat(drift)
        .containsExactlyInAnyOrderElementsOf(told(prefix + "-2.drift", DriftEvent.class));
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
}
