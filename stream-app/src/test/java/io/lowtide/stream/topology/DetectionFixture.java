package io.lowtide.stream.topology;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.DensityModel;
import io.lowtide.schemas.DriftEvent;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.stream.SwitchableRegistry;
import io.lowtide.stream.TestModels;
import io.lowtide.stream.config.StreamSettings;
import io.lowtide.stream.detection.RememberedRecords;
import io.lowtide.stream.metrics.StreamMetrics;
import io.lowtide.stream.model.ModelFit;
import io.lowtide.stream.model.ModelIntake;
import io.lowtide.stream.model.ModelSlot;
import io.lowtide.stream.output.InternalTopics;
import io.lowtide.stream.output.OutputLimits;
import io.lowtide.stream.refusal.Refusals;
import io.lowtide.stream.retry.Dependency;
import io.lowtide.stream.retry.Outage;
import io.lowtide.stream.retry.Retry;
import io.lowtide.stream.retry.StopSignal;
import io.lowtide.stream.shadow.ShadowMeters;
import io.lowtide.stream.shadow.ShadowSlot;
import io.lowtide.stream.store.RememberedAlerts;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;

/** The topology in Kafka's test driver, with a registry inside the JVM. */
final class DetectionFixture implements AutoCloseable {

  static final String SOURCE = "readings";
  static final String ALERTS = "lowtide.alerts";
  static final String EPISODES = "lowtide.episodes";
  static final String DRIFT = "lowtide.drift";
  static final String SCORES = "scores";
  static final String DEAD_LETTERS = "lowtide.dead-letters";
  static final String MODELS = "lowtide.models";
  static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

  static final Schema READING =
      SchemaBuilder.record("Reading")
          .fields()
          .requiredDouble("temperature")
          .requiredDouble("pressure")
          .endRecord();

  final SwitchableRegistry registry = new SwitchableRegistry(UUID.randomUUID().toString());
  final MeterRegistry meters = new SimpleMeterRegistry();
  final StopSignal stop = new StopSignal();
  final Refusals refusals;
  final ModelSlot models = new ModelSlot(model -> true, () -> {});
  final ShadowSlot shadows = new ShadowSlot();
  private final AvroSerializer<GenericRecord> readings = new AvroSerializer<>(registry);
  private final AvroSerializer<DensityModel> bundles = new AvroSerializer<>(registry);
  private final ModelIntake intake;
  private final TopologyTestDriver driver;
  private final TestInputTopic<byte[], byte[]> source;
  private final TestInputTopic<byte[], byte[]> modelMessages;
  private final TestOutputTopic<byte[], byte[]> alerts;
  private final TestOutputTopic<byte[], byte[]> episodes;
  private final TestOutputTopic<byte[], byte[]> drift;
  private final TestOutputTopic<byte[], byte[]> scores;
  private final TestOutputTopic<byte[], byte[]> deadLetters;

  DetectionFixture(Path directory, Map<String, String> overrides) {
    Map<String, String> values = new HashMap<>();
    values.put("bootstrap.servers", "127.0.0.1:1");
    values.put("schema.registry.url", "mock://unused");
    values.put("detector", TestModels.DETECTOR);
    values.put("source.topics", SOURCE);
    values.put("scores.topic", SCORES);
    values.put("state.directory", directory.toString());
    values.put("retry.backoff", "PT0.001S");
    values.put("retry.limit", "PT5S");
    values.putAll(overrides);
    StreamSettings settings = StreamSettings.of(values);
    StreamMetrics metrics = new StreamMetrics(meters);
    this.refusals = new Refusals(metrics);
    ShadowMeters.register(meters, shadows);
    Retry retry =
        new Retry(settings.retry(), stop, new Outage(Dependency.SCHEMA_REGISTRY, "mock", metrics));
    ModelIntake intake =
        new ModelIntake(
            settings.detector(),
            settings.alertBudget(),
            settings.calibrationWindow(),
            settings.lastModelFile(),
            registry,
            retry,
            models,
            shadows,
            metrics,
            settings.fit());
    this.driver =
        new TopologyTestDriver(
            new DetectionTopology(
                    settings,
                    registry,
                    models,
                    shadows,
                    intake,
                    retry,
                    new OutputLimits(settings),
                    refusals,
                    metrics)
                .build(true),
            settings.streamsProperties(),
            START.plus(Duration.ofDays(1)));
    this.source =
        driver.createInputTopic(SOURCE, new ByteArraySerializer(), new ByteArraySerializer());
    this.modelMessages =
        driver.createInputTopic(MODELS, new ByteArraySerializer(), new ByteArraySerializer());
    this.intake = intake;
    this.alerts = output(ALERTS);
    this.episodes = output(EPISODES);
    this.drift = output(DRIFT);
    this.scores = output(SCORES);
    this.deadLetters = output(DEAD_LETTERS);
  }

  private TestOutputTopic<byte[], byte[]> output(String topic) {
    return driver.createOutputTopic(
        topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** What happens at a start once the models topic has been read. */
  void restoreLastModel() {
    intake.restore();
  }

  /** How the model in use fits the records. */
  ModelFit fit() {
    return intake.fit();
  }

  void publish(ModelBundle bundle) {
    publish(bundle.detector(), bytesOf(bundle));
  }

  void publish(String key, byte[] message) {
    modelMessages.pipeInput(key.getBytes(StandardCharsets.UTF_8), message);
  }

  byte[] bytesOf(ModelBundle bundle) {
    return bundles.serialize(MODELS, bundle.record());
  }

  static GenericRecord reading(double temperature, double pressure) {
    GenericRecord reading = new GenericData.Record(READING);
    reading.put("temperature", temperature);
    reading.put("pressure", pressure);
    return reading;
  }

  byte[] bytesOf(GenericRecord reading) {
    return readings.serialize(SOURCE, reading);
  }

  void send(String key, GenericRecord reading) {
    send(key, bytesOf(reading), START);
  }

  void send(String key, GenericRecord reading, Instant at) {
    send(key, bytesOf(reading), at);
  }

  void send(String key, byte[] message) {
    send(key, message, START);
  }

  private void send(String key, byte[] message, Instant at) {
    source.pipeInput(new TestRecord<>(bytes(key), message, at));
  }

  void send(TestRecord<byte[], byte[]> message) {
    source.pipeInput(message);
  }

  /** Lets wall-clock time pass, with what is scheduled for it. */
  void waitFor(Duration time) {
    driver.advanceWallClockTime(time);
  }

  private static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  List<AnomalyAlert> alerts() {
    AvroDeserializer<AnomalyAlert> deserializer =
        AvroDeserializer.specific(registry, AnomalyAlert.class);
    return alerts.readValuesToList().stream()
        .map(message -> deserializer.deserialize(ALERTS, message))
        .toList();
  }

  List<TestRecord<byte[], byte[]>> alertMessages() {
    return alerts.readRecordsToList();
  }

  List<TestRecord<byte[], byte[]>> episodeMessages() {
    return episodes.readRecordsToList();
  }

  Episode episode(TestRecord<byte[], byte[]> message) {
    return AvroDeserializer.specific(registry, Episode.class)
        .deserialize(EPISODES, message.value());
  }

  List<Episode> episodes() {
    return episodeMessages().stream().map(this::episode).toList();
  }

  List<TestRecord<byte[], byte[]>> driftMessages() {
    return drift.readRecordsToList();
  }

  DriftEvent driftEvent(TestRecord<byte[], byte[]> message) {
    return AvroDeserializer.specific(registry, DriftEvent.class)
        .deserialize(DRIFT, message.value());
  }

  /** Remembers alerts of a key as an application from before there were episodes did. */
  void rememberAlerts(String key, RememberedAlerts known) {
    KeyValueStore<Bytes, RememberedAlerts> store =
        driver.getKeyValueStore(InternalTopics.SUPPRESSION_STORE);
    store.put(Bytes.wrap(bytes(key)), known);
  }

  List<TestRecord<byte[], byte[]>> scoreMessages() {
    return scores.readRecordsToList();
  }

  ScoredRecord score(TestRecord<byte[], byte[]> message) {
    return AvroDeserializer.specific(registry, ScoredRecord.class)
        .deserialize(SCORES, message.value());
  }

  AnomalyAlert alert(TestRecord<byte[], byte[]> message) {
    return AvroDeserializer.specific(registry, AnomalyAlert.class)
        .deserialize(ALERTS, message.value());
  }

  List<ScoredRecord> scores() {
    AvroDeserializer<ScoredRecord> deserializer =
        AvroDeserializer.specific(registry, ScoredRecord.class);
    return scores.readValuesToList().stream()
        .map(message -> deserializer.deserialize(SCORES, message))
        .toList();
  }

  List<TestRecord<byte[], byte[]>> deadLetters() {
    return deadLetters.readRecordsToList();
  }

  static String header(TestRecord<byte[], byte[]> message, String name) {
    return new String(message.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  /** Keys of which past records are remembered. */
  List<String> rememberedKeys() {
    List<String> keys = new ArrayList<>();
    KeyValueStore<Bytes, RememberedRecords> store =
        driver.getKeyValueStore(InternalTopics.HISTORY_STORE);
    try (KeyValueIterator<Bytes, RememberedRecords> all = store.all()) {
      all.forEachRemaining(entry -> keys.add(new String(entry.key.get(), StandardCharsets.UTF_8)));
    }
    return keys;
  }

  double count(String name, String... tags) {
    return meters.find(name).tags(tags).counters().stream().mapToDouble(Counter::count).sum();
  }

  @Override
  public void close() {
    stop.stop();
    driver.close();
    registry.close();
  }
}
