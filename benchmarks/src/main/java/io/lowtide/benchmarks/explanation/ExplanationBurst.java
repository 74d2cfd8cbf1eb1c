package io.lowtide.benchmarks.explanation;

import com.sun.management.OperatingSystemMXBean;
import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.model.ModelPublisher;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.kafka.topic.TopicReader;
import io.lowtide.quickstart.kafka.EmbeddedKafka;
import io.lowtide.quickstart.traffic.LabelledRecord;
import io.lowtide.quickstart.traffic.MachinePark;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.ExplanationKind;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.stream.StreamApplication;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.config.StreamSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A burst in which every record is an anomaly and every key another one, beside normal traffic with
 * the page closed and open: records per second of the stream application on an embedded broker, and
 * what became of each. They run in turn in one process, after a run of each to warm up; the records
 * are on the topic before the application starts, so that no producer shares its time. At the end
 * the messages of a burst are sent alone, which shows what Kafka takes of its time. Arguments: the
 * model that the demo trained, the number of records of a burst (20,000; four times as many of
 * normal traffic), the number of rounds (5), and settings of the application to try, each {@code
 * NAME=VALUE}.
 */
public final class ExplanationBurst {

  private static final int PARTITIONS = 2;

  /** Normal records of a run for each of a burst: as many last a second or less. */
  private static final int NORMAL_FACTOR = 4;

  private static final int DEFAULT_ROUNDS = 5;
  private static final int DEFAULT_RECORDS = 20_000;
  private static final Duration START_LIMIT = Duration.ofMinutes(3);
  private static final Duration RUN_LIMIT = Duration.ofMinutes(10);
  private static final Duration EVENT_INTERVAL = Duration.ofMillis(100);
  private static final String MODELS_TOPIC = "burst.models";
  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private final EmbeddedKafka kafka;
  private final SchemaRegistry registry;
  private final ModelBundle bundle;
  private final int records;
  private final int rounds;
  private final Map<String, String> tried;
  private int runs;

  private ExplanationBurst(
      EmbeddedKafka kafka,
      SchemaRegistry registry,
      ModelBundle bundle,
      int records,
      int rounds,
      Map<String, String> tried) {
    this.kafka = kafka;
    this.registry = registry;
    this.bundle = bundle;
    this.records = records;
    this.rounds = rounds;
    this.tried = tried;
  }

  /** Runs on the model of that file. */
  public static void main(String[] arguments)
      throws IOException, BundleException, InterruptedException {
    ModelBundle bundle = BundleFiles.read(Path.of(arguments[0]));
    int records = arguments.length > 1 ? Integer.parseInt(arguments[1]) : DEFAULT_RECORDS;
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : DEFAULT_ROUNDS;
    Map<String, String> tried = new TreeMap<>();
    for (int i = 3; i < arguments.length; i++) {
      String[] nameAndValue = arguments[i].split("=", 2);
      tried.put(nameAndValue[0], nameAndValue[1]);
    }
    try (EmbeddedKafka kafka = EmbeddedKafka.start();
        SchemaRegistry registry =
            ConfluentSchemaRegistry.connect(Map.of("schema.registry.url", "mock://burst"))) {
      new ExplanationBurst(kafka, registry, bundle, records, rounds, tried).run();
    }
    System.exit(0);
  }

  private void run() throws IOException, InterruptedException {
    System.out.printf(
        "%-34s %9s %9s %9s %9s %9s %9s %9s%n",
        "", "records/s", "CPU, us", "scored", "told of", "alerts", "in brief", "lost");
    measure("normal, to warm up", false, Map.of());
    measure("burst, to warm up", true, Map.of());
    double[] shares = new double[rounds];
    double[] watchedShares = new double[rounds];
    double[] watchedBurstShares = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      double normal = measure("normal", false, Map.of());
      double burst = measure("burst", true, Map.of());
      shares[round] = burst / normal;
      watchedShares[round] = measureWatched("normal, page open", false) / normal;
      watchedBurstShares[round] = measureWatched("burst, page open", true) / burst;
    }
    measure("burst, explanations unbounded", true, Map.of("explanation.time.share", "1"));
    measureFloor();
    printShare("A burst keeps %.0f %% of normal throughput", shares);
    printShare("Normal traffic with the page open keeps %.0f %% of it", watchedShares);
    printShare("A burst with the page open keeps %.0f %% of a burst's", watchedBurstShares);
  }

  /** The median, and the range. */
  private static void printShare(String text, double[] shares) {
    Arrays.sort(shares);
    System.out.printf(
        text + " (%.0f to %.0f %%).%n",
        100 * shares[shares.length / 2],
        100 * shares[0],
        100 * shares[shares.length - 1]);
  }

  /** While somebody has the page open. */
  private double measureWatched(String name, boolean anomalous)
      throws IOException, InterruptedException {
    return measure(name, anomalous, Map.of(), ExplanationBurst::openPage);
  }

  /** Reads the page's events as a browser does. */
  private static void openPage(StreamApplication application) {
    HttpRequest events =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + application.httpPort() + "/page/events"))
            .build();
    HttpClient.newHttpClient().sendAsync(events, HttpResponse.BodyHandlers.discarding());
  }

  /** Returns records per second. */
  private double measure(String name, boolean anomalous, Map<String, String> more)
      throws IOException, InterruptedException {
    return measure(name, anomalous, more, application -> {});
  }

  private double measure(
      String name,
      boolean anomalous,
      Map<String, String> more,
      Consumer<StreamApplication> whenStarted)
      throws IOException, InterruptedException {
    String run = "burst" + ++runs;
    String topic = run + ".records";
    int count = anomalous ? records : NORMAL_FACTOR * records;
    kafka.createTopic(topic, PARTITIONS, Map.of());
    send(topic, anomalous, count);
    StreamSettings settings = settings(run, topic, more);
    if (runs == 1) {
      kafka.createTopic(MODELS_TOPIC, 1, Map.of("cleanup.policy", "compact"));
      new ModelPublisher(settings.connection()).publish(MODELS_TOPIC, bundle);
    }
    Pace pace;
    try (StreamApplication application = StreamApplication.start(settings)) {
      whenStarted.accept(application);
      if (!application.awaitReady(START_LIMIT)) {
        throw new IllegalStateException("not ready: " + application.readiness());
      }
      pace =
          pace(
              () -> application.meters().get("lowtide.records.scored").counter().count(),
              application::isLive,
              count);
    }
    account(name, pace, settings, count);
    return pace.recordsPerSecond();
  }

  /** The messages of the last burst, sent by an application that does nothing else. */
  private void measureFloor() throws IOException, InterruptedException {
    StreamSettings last = settings("burst" + runs, "burst" + runs + ".records", Map.of());
    List<MessageFloor.Messages> messages = new ArrayList<>();
    String run = "burst" + ++runs;
    for (MessageFloor.Messages sent : MessageFloor.Messages.ofAll(last, records)) {
      String topic = sent.topic() + ".alone";
      kafka.createTopic(topic, PARTITIONS, Map.of());
      messages.add(new MessageFloor.Messages(topic, sent.records(), sent.sent()));
      System.out.printf(
          "  %.2f messages a record of %.0f bytes: %s%n",
          sent.ofEachRecord(), sent.length(), sent.topic());
    }
    StreamSettings alone = settings(run, last.sourceTopics().get(0), Map.of());
    Pace pace;
    try (MessageFloor floor = new MessageFloor(alone, messages)) {
      pace = pace(floor::read, () -> true, records);
    }
    System.out.printf(
        "%-34s %,9.0f %,9.0f%n",
        "its messages, by Kafka alone", pace.recordsPerSecond(), pace.processMicros());
  }

  private StreamSettings settings(String run, String topic, Map<String, String> more)
      throws IOException {
    Map<String, String> values = OutputTopic.named(run + ".");
    values.put("detector", bundle.detector());
    values.put("application.id", run);
    values.put("bootstrap.servers", kafka.bootstrapServers());
    values.put("schema.registry.url", "mock://burst");
    values.put("source.topics", topic);
    values.put("models.topic", MODELS_TOPIC);
    values.put("state.directory", Files.createTempDirectory(run).toString());
    values.put("http.port", "0");
    values.put("threads", Integer.toString(PARTITIONS));
    values.putAll(tried);
    values.putAll(more);
    return StreamSettings.of(values);
  }

  private void send(String topic, boolean anomalous, int count) {
    AtomicReference<Exception> failure = new AtomicReference<>();
    try (KafkaProducer<String, byte[]> producer =
            new KafkaProducer<>(
                Map.of(
                    ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                    kafka.bootstrapServers(),
                    ProducerConfig.LINGER_MS_CONFIG,
                    20,
                    // The brokers refuse what comes first on a new topic, and take what comes next.
                    ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
                    1),
                new StringSerializer(),
                new ByteArraySerializer());
        AvroSerializer<GenericRecord> serializer = new AvroSerializer<>(registry)) {
      Instant eventTime = Instant.now().minus(EVENT_INTERVAL.multipliedBy(count));
      Iterator<LabelledRecord> traffic = new MachinePark(2_000, 2 * count, 7).stream();
      for (int sent = 0; sent < count; ) {
        LabelledRecord record = traffic.next();
        if (!record.isNormal()) {
          continue;
        }
        GenericRecord value = record.value();
        String key = record.key();
        if (anomalous) {
          // No mode of a machine has so warm a winding at this current.
          value.put("windingTemperature", (double) value.get("windingTemperature") + 30);
          key = "sensor-" + sent;
        }
        producer.send(
            new ProducerRecord<>(
                topic, null, eventTime.toEpochMilli(), key, serializer.serialize(topic, value)),
            (position, fault) -> {
              if (fault != null) {
                failure.set(fault);
              }
            });
        eventTime = eventTime.plus(EVENT_INTERVAL);
        sent++;
      }
    }
    if (failure.get() != null) {
      throw new IllegalStateException("a record could not be sent", failure.get());
    }
  }

  /**
   * How fast records were scored, from the first look that saw a score to the last score.
   *
   * @param recordsPerSecond of all threads together
   * @param processMicros CPU time of the whole process for each record, the broker's included
   */
  private record Pace(double recordsPerSecond, double processMicros) {}

  private Pace pace(DoubleSupplier recordsDone, BooleanSupplier goesOn, int count)
      throws InterruptedException {
    long deadline = System.nanoTime() + RUN_LIMIT.toNanos();
    long first = 0;
    long processBefore = 0;
    double before = 0;
    while (true) {
      double scored = recordsDone.getAsDouble();
      long now = System.nanoTime();
      if (first == 0 && scored > 0) {
        first = now;
        processBefore = PROCESS.getProcessCpuTime();
        before = scored;
      }
      if (scored >= count) {
        double measured = count - before;
        return new Pace(
            measured / ((now - first) / 1e9),
            (PROCESS.getProcessCpuTime() - processBefore) / 1e3 / measured);
      }
      if (now > deadline || !goesOn.getAsBoolean()) {
        throw new IllegalStateException(scored + " records scored of " + count);
      }
      Thread.sleep(2);
    }
  }

  /** Of committed messages alone. */
  private void account(String name, Pace pace, StreamSettings settings, int count) {
    Map<String, Object> client = settings.connection().clientProperties();
    Set<String> positions = new HashSet<>();
    int[] anomalous = new int[1];
    try (TopicReader reader =
            new TopicReader(client, List.of(settings.outputTopics().get(OutputTopic.SCORES)));
        AvroDeserializer<ScoredRecord> scores =
            AvroDeserializer.specific(registry, ScoredRecord.class)) {
      reader.toEnd(
          message -> {
            ScoredRecord score = scores.deserialize(message.topic(), message.value());
            positions.add(score.getSource().getPartition() + "-" + score.getSource().getOffset());
            anomalous[0] += score.getAnomalous() ? 1 : 0;
            return true;
          });
    }
    List<String> ids = new ArrayList<>();
    int[] brief = new int[1];
    try (TopicReader reader = new TopicReader(client, List.of(settings.alertsTopic()));
        AvroDeserializer<AnomalyAlert> alerts =
            AvroDeserializer.specific(registry, AnomalyAlert.class)) {
      reader.toEnd(
          message -> {
            AnomalyAlert alert = alerts.deserialize(message.topic(), message.value());
            ids.add(alert.getId());
            brief[0] += alert.getExplanation() == ExplanationKind.BRIEF ? 1 : 0;
            return true;
          });
    }
    if (Set.copyOf(ids).size() != ids.size()) {
      throw new IllegalStateException("alerts told of more than once");
    }
    System.out.printf(
        "%-34s %,9.0f %,9.0f %,9d %,9d %,9d %,9d %,9d%n",
        name,
        pace.recordsPerSecond(),
        pace.processMicros(),
        positions.size(),
        anomalous[0],
        ids.size(),
        brief[0],
        count - positions.size());
  }
}
