package io.lowtide.benchmarks.explanation;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A burst in which every record is an anomaly and every key another one, beside normal traffic:
 * records per second of the stream application on an embedded broker, and what became of each. Both
 * run in turn in one process, after a run of each to warm up; the records are on the topic before
 * the application starts, so that no producer shares its time. Arguments: the model that the demo
 * trained, and the number of records of a run (20,000).
 */
public final class ExplanationBurst {

  private static final int PARTITIONS = 2;
  private static final int ROUNDS = 2;
  private static final int DEFAULT_RECORDS = 20_000;
  private static final Duration START_LIMIT = Duration.ofMinutes(3);
  private static final Duration RUN_LIMIT = Duration.ofMinutes(10);
  private static final Duration EVENT_INTERVAL = Duration.ofMillis(100);
  private static final String MODELS_TOPIC = "burst.models";

  private final EmbeddedKafka kafka;
  private final SchemaRegistry registry;
  private final ModelBundle bundle;
  private final int records;
  private int runs;

  private ExplanationBurst(
      EmbeddedKafka kafka, SchemaRegistry registry, ModelBundle bundle, int records) {
    this.kafka = kafka;
    this.registry = registry;
    this.bundle = bundle;
    this.records = records;
  }

  /** Runs on the model of that file. */
  public static void main(String[] arguments)
      throws IOException, BundleException, InterruptedException {
    ModelBundle bundle = BundleFiles.read(Path.of(arguments[0]));
    int records = arguments.length > 1 ? Integer.parseInt(arguments[1]) : DEFAULT_RECORDS;
    try (EmbeddedKafka kafka = EmbeddedKafka.start();
        SchemaRegistry registry =
            ConfluentSchemaRegistry.connect(Map.of("schema.registry.url", "mock://burst"))) {
      new ExplanationBurst(kafka, registry, bundle, records).run();
    }
    System.exit(0);
  }

  private void run() throws IOException, InterruptedException {
    System.out.printf(
        "%-34s %9s %9s %9s %9s %9s %9s%n",
        "", "records/s", "scored", "told of", "alerts", "in brief", "lost");
    measure("normal, to warm up", false, Map.of());
    measure("burst, to warm up", true, Map.of());
    double normal = 0;
    double burst = 0;
    for (int round = 0; round < ROUNDS; round++) {
      normal += measure("normal", false, Map.of());
      burst += measure("burst", true, Map.of());
    }
    measure("burst, explanations unbounded", true, Map.of("explanation.time.share", "1"));
    System.out.printf(
        "%nIn a burst the application keeps %.0f %% of its normal throughput.%n",
        100 * burst / normal);
  }

  /** Returns records per second. */
  private double measure(String name, boolean anomalous, Map<String, String> more)
      throws IOException, InterruptedException {
    String run = "burst" + ++runs;
    String topic = run + ".records";
    kafka.createTopic(topic, PARTITIONS, Map.of());
    send(topic, anomalous);
    StreamSettings settings = settings(run, topic, more);
    if (runs == 1) {
      kafka.createTopic(MODELS_TOPIC, 1, Map.of("cleanup.policy", "compact"));
      new ModelPublisher(settings.connection()).publish(MODELS_TOPIC, bundle);
    }
    double seconds;
    try (StreamApplication application = StreamApplication.start(settings)) {
      seconds = secondsToScore(application);
    }
    account(name, records / seconds, settings);
    return records / seconds;
  }

  private StreamSettings settings(String run, String topic, Map<String, String> more)
      throws IOException {
    Map<String, String> values = new TreeMap<>();
    values.put("detector", bundle.detector());
    values.put("application.id", run);
    values.put("bootstrap.servers", kafka.bootstrapServers());
    values.put("schema.registry.url", "mock://burst");
    values.put("source.topics", topic);
    values.put("models.topic", MODELS_TOPIC);
    values.put("scores.topic", run + ".scores");
    values.put("alerts.topic", run + ".alerts");
    values.put("episodes.topic", run + ".episodes");
    values.put("dead.letter.topic", run + ".dead-letters");
    values.put("state.directory", Files.createTempDirectory(run).toString());
    values.put("http.port", "0");
    values.put("threads", Integer.toString(PARTITIONS));
    values.putAll(more);
    return StreamSettings.of(values);
  }

  private void send(String topic, boolean anomalous) {
    try (KafkaProducer<String, byte[]> producer =
            new KafkaProducer<>(
                Map.of(
                    ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                    kafka.bootstrapServers(),
                    ProducerConfig.LINGER_MS_CONFIG,
                    20),
                new StringSerializer(),
                new ByteArraySerializer());
        AvroSerializer<GenericRecord> serializer = new AvroSerializer<>(registry)) {
      Instant eventTime = Instant.now().minus(EVENT_INTERVAL.multipliedBy(records));
      Iterator<LabelledRecord> traffic = new MachinePark(2_000, 2 * records, 7).stream();
      for (int sent = 0; sent < records; ) {
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
                topic, null, eventTime.toEpochMilli(), key, serializer.serialize(topic, value)));
        eventTime = eventTime.plus(EVENT_INTERVAL);
        sent++;
      }
    }
  }

  /** From the first score to the last one. */
  private double secondsToScore(StreamApplication application) throws InterruptedException {
    if (!application.awaitReady(START_LIMIT)) {
      throw new IllegalStateException("not ready: " + application.readiness());
    }
    long deadline = System.nanoTime() + RUN_LIMIT.toNanos();
    long first = 0;
    double before = 0;
    while (true) {
      double scored = application.meters().get("lowtide.records.scored").counter().count();
      long now = System.nanoTime();
      if (first == 0 && scored > 0) {
        first = now;
        before = scored;
      }
      if (scored >= records) {
        // What was scored before the first look has no part in the time.
        return (now - first) / 1e9 * records / (records - before);
      }
      if (now > deadline || !application.isLive()) {
        throw new IllegalStateException(scored + " records scored of " + records);
      }
      Thread.sleep(2);
    }
  }

  /** Of committed messages alone. */
  private void account(String name, double throughput, StreamSettings settings) {
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
        "%-34s %,9.0f %,9d %,9d %,9d %,9d %,9d%n",
        name,
        throughput,
        positions.size(),
        anomalous[0],
        ids.size(),
        brief[0],
        records - positions.size());
  }
}
