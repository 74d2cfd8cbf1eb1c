package io.lowtide.benchmarks.faults;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.model.ModelPublisher;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.topic.DefaultTopics;
import io.lowtide.kafka.topic.TopicException;
import io.lowtide.kafka.topic.TopicReader;
import io.lowtide.quickstart.traffic.LabelledTraffic;
import io.lowtide.stream.config.OutputTopic;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs the application under faults and hostile traffic, accounts for every record, and compares
 * with a second pass over the same records without faults.
 */
final class FaultRun {

  private static final String SOURCE = "telemetry";
  private static final String DISTURBED = "disturbed-";
  private static final String UNDISTURBED = "undisturbed-";
  private static final int PARTITIONS = 3;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long POLL_MILLIS = 50;

  /** What was committed before a kill has been seen by then. */
  private static final Duration SETTLED = Duration.ofMillis(300);

  private final Path directory;
  private final PrintWriter out;
  private final FaultPlan plan;
  private final Map<Fault, List<Double>> recoveries = new EnumMap<>(Fault.class);
  private final List<JavaProcess> applications = new ArrayList<>();
  private final RandomMishaps mishaps;
  private int partitions = PARTITIONS;

  /**
   * @param directory where data and logs go; should be empty
   * @param out is told what happens
   */
  FaultRun(Path directory, FaultPlan plan, PrintWriter out) {
    this.directory = directory;
    this.plan = plan;
    this.out = out;
    this.mishaps = new RandomMishaps(plan.seed(), plan.onceIn(), plan.longestHold());
  }

  FaultReport run(ModelBundle model, LabelledTraffic traffic) throws Exception {
    try (Surroundings surroundings = new Surroundings(directory);
        UnsteadyNetwork network = new UnsteadyNetwork(surroundings.brokerPort(), mishaps);
        SchemaRegistry registry =
            ConfluentSchemaRegistry.connect(
                Map.of("schema.registry.url", surroundings.registryUrl()))) {
      surroundings.createTopic(
          SOURCE,
          PARTITIONS,
          Map.of("message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE)));
      surroundings.createTopic(DISTURBED + "scores", PARTITIONS, Map.of());
      publish(surroundings, model);
      long acknowledged = disturb(surroundings, network, registry, model, traffic);
      long inSource = count(surroundings, SOURCE);
      say("%,d records in the source topic", inSource);
      Ends disturbed = awaitEnds(surroundings, registry, DISTURBED, inSource);
      for (JavaProcess application : applications) {
        application.stop();
      }
      say("A second pass without faults ...");
      surroundings.startApplication(
          "undisturbed", settings(model, UNDISTURBED, Map.of("threads", "2")));
      Ends undisturbed = awaitEnds(surroundings, registry, UNDISTURBED, inSource);
      return new FaultReport(
          acknowledged, inSource, disturbed, undisturbed, recoveries, mishaps.counts());
    }
  }

  private static void publish(Surroundings surroundings, ModelBundle model) {
    new ModelPublisher(
            new ConnectionSettings(
                Map.of("bootstrap.servers", surroundings.bootstrapServers()),
                Map.of("schema.registry.url", surroundings.registryUrl())))
        .publish(DefaultTopics.MODELS, model);
  }

  private static Map<String, String> settings(
      ModelBundle model, String prefix, Map<String, String> others) {
    Map<String, String> settings = OutputTopic.named(prefix);
    settings.put("detector", model.detector());
    settings.put("application.id", prefix + "application");
    settings.put("source.topics", SOURCE);
    settings.put("kafka.metadata.max.age.ms", "2000");
    settings.putAll(others);
    return settings;
  }

  /**
   * @return records that were acknowledged
   */
  private long disturb(
      Surroundings surroundings,
      UnsteadyNetwork network,
      SchemaRegistry registry,
      ModelBundle model,
      LabelledTraffic traffic)
      throws Exception {
    HostileTraffic records =
        new HostileTraffic(
            surroundings.bootstrapServers(),
            registry,
            SOURCE,
            traffic,
            plan.recordsPerSecond(),
            plan.seed());
    try (records;
        ScoreWatch watch = new ScoreWatch(surroundings.client(), registry, DISTURBED + "scores")) {
      for (int instance = 0; instance < plan.instances(); instance++) {
        applications.add(
            surroundings.startApplication(
                "application-" + instance,
                ofInstance(settings(model, DISTURBED, settings(network)), instance)));
      }
      records.start();
      long started = System.nanoTime();
      awaitScores(watch, started);
      say("%-28s %5.1f s to the first scores of every partition", "started", secondsSince(started));
      for (Fault fault : plan.faults()) {
        Thread.sleep(plan.calm().toMillis());
        disturb(surroundings, fault, watch);
      }
      Thread.sleep(plan.calm().toMillis());
    }
    return records.acknowledged();
  }

  /** Where the network is never unsteady, there is none in between. */
  private Map<String, String> settings(UnsteadyNetwork network) {
    Map<String, String> settings = new TreeMap<>(plan.settings());
    if (plan.faults().contains(Fault.NETWORK_UNSTEADY)) {
      settings.put(ConnectionSettings.BOOTSTRAP_SERVERS, network.bootstrapServers());
    }
    return settings;
  }

  /** A value may name the instance. */
  private static Map<String, String> ofInstance(Map<String, String> settings, int instance) {
    Map<String, String> own = new TreeMap<>(settings);
    own.replaceAll((name, value) -> value.replace("{instance}", Integer.toString(instance)));
    return own;
  }

  private void disturb(Surroundings surroundings, Fault fault, ScoreWatch watch) throws Exception {
    JavaProcess application = applications.get(count() % applications.size());
    long started = System.nanoTime();
    switch (fault) {
      case APPLICATION_KILLED -> {
        application.kill();
        application.start();
      }
      case APPLICATION_STOPPED -> {
        application.stop();
        application.start();
      }
      case BROKER_KILLED -> {
        surroundings.killBroker();
        Thread.sleep(plan.away().toMillis());
        surroundings.startBroker();
      }
      case REGISTRY_AWAY -> {
        surroundings.stopRegistry();
        application.kill();
        application.start();
        Thread.sleep(plan.away().toMillis());
        surroundings.restartRegistry();
      }
      case PARTITION_ADDED -> partitions = surroundings.addPartition(SOURCE);
      case NETWORK_UNSTEADY -> {
        mishaps.begin();
        Thread.sleep(plan.away().toMillis());
        mishaps.end();
        started = System.nanoTime();
      }
    }
    awaitScores(watch, started + SETTLED.toNanos());
    double seconds = secondsSince(started);
    recoveries.computeIfAbsent(fault, unused -> new ArrayList<>()).add(seconds);
    say("%-28s %5.1f s to the next scores of every partition", fault.text, seconds);
  }

  private static double secondsSince(long nanoTime) {
    return (System.nanoTime() - nanoTime) / 1e9;
  }

  private int count() {
    return recoveries.values().stream().mapToInt(List::size).sum();
  }

  private void awaitScores(ScoreWatch watch, long since) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!watch.hasAllSince(since, partitions)) {
      requireAlive();
      if (System.nanoTime() > deadline) {
        throw new TimeoutException("no scores of every partition within " + PATIENCE);
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private void requireAlive() {
    for (JavaProcess application : applications) {
      if (!application.isAlive()) {
        throw new IllegalStateException("an application has ended; its log is in " + directory);
      }
    }
  }

  private static long count(Surroundings surroundings, String topic) {
    AtomicLong count = new AtomicLong();
    try (TopicReader reader = new TopicReader(surroundings.client(), List.of(topic))) {
      reader.toEnd(
          message -> {
            count.incrementAndGet();
            return true;
          });
    }
    return count.get();
  }

  private static Ends awaitEnds(
      Surroundings surroundings, SchemaRegistry registry, String prefix, long expected)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        Ends ends = Ends.read(surroundings.client(), registry, prefix);
        if (ends.size() >= expected || System.nanoTime() > deadline) {
          return ends;
        }
      } catch (TopicException notYet) {
        if (System.nanoTime() > deadline) {
          throw notYet;
        }
      }
      Thread.sleep(500);
    }
  }

  private void say(String format, Object... arguments) {
    out.printf(Locale.ROOT, format + "%n", arguments);
    out.flush();
  }
}
