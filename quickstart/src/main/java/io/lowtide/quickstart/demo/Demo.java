package io.lowtide.quickstart.demo;

import io.lowtide.cli.ConnectionOptions;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.model.ModelPublisher;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.quickstart.kafka.EmbeddedKafka;
import io.lowtide.quickstart.registry.RegistryProcess;
import io.lowtide.quickstart.traffic.LabelledTraffic;
import io.lowtide.quickstart.traffic.MachinePark;
import io.lowtide.stream.StreamApplication;
import io.lowtide.stream.config.StreamSettings;
import io.lowtide.stream.metrics.LatencyQuantiles;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The main job from end to end on one machine: starts a Kafka broker and a schema registry, trains
 * on normal traffic, publishes the model, streams traffic through the application, and accounts for
 * every message.
 */
final class Demo {

  static final String DETECTOR = "demo";

  private static final String SOURCE_TOPIC = "telemetry";
  private static final String SCORES_TOPIC = "lowtide.scores";
  private static final int PARTITIONS = 2;
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final DemoSettings settings;
  private final PrintWriter out;

  Demo(DemoSettings settings, PrintWriter out) {
    this.settings = settings;
    this.out = out;
  }

  /**
   * Runs the demo.
   *
   * @param traffic what to train on and what to stream
   * @param train fits a model to the traffic's training records
   * @return whether every message is accounted for
   */
  boolean run(LabelledTraffic traffic, Function<LabelledTraffic, ModelBundle> train)
      throws IOException, InterruptedException {
    Path registryLog = settings.directory().resolve("registry.log");
    say("Starting a Kafka broker and a schema registry on this machine ...");
    CompletableFuture<RegistryProcess> starting =
        CompletableFuture.supplyAsync(
            () -> RegistryProcess.start(RegistryProcess.Settings.inMemory(registryLog)));
    try (EmbeddedKafka kafka = EmbeddedKafka.start();
        RegistryProcess registry = starting.join()) {
      say("Kafka at %s, schema registry at %s", kafka.bootstrapServers(), registry.url());
      // The broker is new, so what an earlier demo kept of its own must not be met again.
      Path state = Files.createTempDirectory(settings.directory(), "state-");
      try {
        return run(traffic, train, streamSettings(kafka, registry, state), kafka, registry);
      } finally {
        delete(state);
      }
    }
  }

  private boolean run(
      LabelledTraffic traffic,
      Function<LabelledTraffic, ModelBundle> train,
      StreamSettings streamSettings,
      EmbeddedKafka kafka,
      RegistryProcess registry)
      throws IOException, InterruptedException {
    kafka.createTopic(SOURCE_TOPIC, PARTITIONS, Map.of());
    try (StreamApplication application = StreamApplication.start(streamSettings)) {
      if (settings.keepRunning()) {
        say("To be watched in a browser at http://127.0.0.1:%d/", application.httpPort());
      }
      say(
          "Training on %,d normal records: %s",
          traffic.trainingTable().size(), traffic.trainingTable().source());
      long started = System.nanoTime();
      ModelBundle bundle = train.apply(traffic);
      double trainingSeconds = secondsSince(started);
      Path file = settings.directory().resolve("model.avro");
      BundleFiles.write(file, bundle);
      new ModelPublisher(streamSettings.connection()).publish(streamSettings.modelsTopic(), bundle);
      say(
          "Published model %s (also %s), trained in %.1f s",
          bundle.version(), file, trainingSeconds);
      requireReady(application);
      boolean complete = stream(traffic, bundle, streamSettings, application, trainingSeconds);
      if (settings.keepRunning()) {
        keepRunning(kafka, registry, application);
      }
      return complete;
    }
  }

  private static void delete(Path directory) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> paths = Files.walk(directory)) {
      deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }

  private StreamSettings streamSettings(EmbeddedKafka kafka, RegistryProcess registry, Path state) {
    Map<String, String> values = new TreeMap<>();
    values.put("detector", DETECTOR);
    values.put("bootstrap.servers", kafka.bootstrapServers());
    values.put("schema.registry.url", registry.url());
    values.put("source.topics", SOURCE_TOPIC);
    values.put("scores.topic", SCORES_TOPIC);
    values.put("state.directory", state.toString());
    values.put("http.port", Integer.toString(settings.httpPort()));
    values.put("threads", Integer.toString(PARTITIONS));
    // One record in a hundred is a fault; of so few records a false alarm in a million is rare
    // enough.
    values.put("drift.tolerance", "0.01");
    values.put("drift.false.alarm.records", "1000000");
    return StreamSettings.of(values);
  }

  private void requireReady(StreamApplication application) {
    if (!application.awaitReady(READY_TIMEOUT)) {
      throw new IllegalStateException(
          "the stream application is not ready: " + application.readiness());
    }
  }

  private boolean stream(
      LabelledTraffic traffic,
      ModelBundle bundle,
      StreamSettings streamSettings,
      StreamApplication application,
      double trainingSeconds)
      throws InterruptedException {
    Truth truth = new Truth();
    try (SchemaRegistry client =
            ConfluentSchemaRegistry.connect(streamSettings.connection().registry());
        ResultReader results =
            new ResultReader(
                streamSettings.connection(),
                client,
                SCORES_TOPIC,
                streamSettings.deadLetterTopic(),
                truth);
        AlertFeed alerts = AlertFeed.start(streamSettings, settings.alertsShown(), out)) {
      String servers =
          String.valueOf(streamSettings.connection().clientProperties().get("bootstrap.servers"));
      say("Streaming %,d records; the first alerts:%n", traffic.streamSize());
      long started = System.nanoTime();
      TrafficProducer producer = new TrafficProducer(servers, client, SOURCE_TOPIC, truth);
      long sent = producer.send(traffic, eventTimeOfTheLast());
      Tally tally = results.readUntil(sent, PATIENCE);
      double streamingSeconds = secondsSince(started);
      MeterRegistry meters = application.meters();
      long published = Math.round(meters.get("lowtide.alerts.published").counter().count());
      alerts.await(published, PATIENCE);
      new DemoReport(
              sent,
              tally,
              published,
              Math.round(meters.get("lowtide.alerts.suppressed").counter().count()),
              episodes(meters, "opened"),
              episodes(meters, "worsened"),
              bundle.calibration().defaultBudget(),
              streamingSeconds,
              trainingSeconds,
              LatencyQuantiles.of(meters.get("lowtide.score.latency").timer()),
              meters.get("lowtide.score.evaluations").summary().mean())
          .print(out);
      boolean complete = tally.scored() + tally.deadLettered() == sent;
      if (settings.drift().isEmpty()) {
        return complete;
      }
      DriftStory story =
          new DriftStory(
              streamSettings,
              application,
              client,
              (changed, last) -> results.readUntil(producer.send(changed, last), PATIENCE),
              settings.directory(),
              out);
      return story.tell(
              (MachinePark) traffic,
              tally,
              bundle,
              settings.drift().get().records(),
              settings.drift().get().training())
          && complete;
    }
  }

  /** Now, or so long before that there is time left for the records that come afterwards. */
  private Instant eventTimeOfTheLast() {
    return Instant.now()
        .minus(TrafficProducer.EVENT_INTERVAL.multipliedBy(settings.recordsAfterwards()));
  }

  private static long episodes(MeterRegistry meters, String change) {
    return Math.round(
        meters
            .get("lowtide.episodes.told")
            .tags("kind", "anomaly", "change", change)
            .counter()
            .count());
  }

  private void keepRunning(
      EmbeddedKafka kafka, RegistryProcess registry, StreamApplication application)
      throws IOException, InterruptedException {
    Path file = settings.directory().resolve(ConnectionOptions.RUNNING_DEMO.getFileName());
    Files.writeString(
        file,
        "bootstrap.servers="
            + kafka.bootstrapServers()
            + "\nschema.registry.url="
            + registry.url()
            + "\n");
    file.toFile().deleteOnExit();
    out.println();
    say(
        "Still running, to be watched in a browser at http://127.0.0.1:%d/",
        application.httpPort());
    say("In a second terminal:");
    say("  ./lowtide alerts --follow --config %s", file);
    say("  curl http://127.0.0.1:%d/metrics", application.httpPort());
    say("Ctrl-C ends it.");
    application.awaitEnd();
  }

  private void say(String format, Object... arguments) {
    out.printf(Locale.ROOT, format + "%n", arguments);
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }
}
