package io.lowtide.stream.topology;

import io.lowtide.kafka.registry.FloodProofRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.DriftEvent;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.config.StreamSettings;
import io.lowtide.stream.deadletter.DeadLetters;
import io.lowtide.stream.detection.ExplanationBudget;
import io.lowtide.stream.detection.RememberedRecords;
import io.lowtide.stream.detection.TimeShare;
import io.lowtide.stream.metrics.StreamMetrics;
import io.lowtide.stream.model.FitCheck;
import io.lowtide.stream.model.ModelIntake;
import io.lowtide.stream.model.ModelIntakeProcessor;
import io.lowtide.stream.model.ModelSlot;
import io.lowtide.stream.output.InternalTopics;
import io.lowtide.stream.output.OutputLimits;
import io.lowtide.stream.refusal.Refusals;
import io.lowtide.stream.retry.Retry;
import io.lowtide.stream.shadow.ShadowJudge;
import io.lowtide.stream.shadow.ShadowSlot;
import io.lowtide.stream.store.ProcessIdentity;
import io.lowtide.stream.store.RememberedAlerts;
import io.lowtide.stream.store.RememberedAlertsSerde;
import io.lowtide.stream.store.RememberedRecordsSerde;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Wires the stream: source topics to scores, alerts and dead letters, and the models topic to the
 * model in use. Keys and values are bytes throughout, so that what cannot be decoded is still
 * handled inside the topology, under its transactions, and reaches the dead letters unchanged.
 */
public final class DetectionTopology {

  private static final String SOURCE = "source";
  private static final String ARRIVE = "arrive";
  private static final String DETECT = "detect";
  private static final String MODELS_SOURCE = "models-source";
  private static final String MODELS_INTAKE = "models-intake";

  private final StreamSettings settings;
  private final SchemaRegistry registry;
  private final SchemaRegistry recordSchemas;
  private final ModelSlot models;
  private final ModelIntake intake;
  private final Retry retry;
  private final OutputLimits limits;
  private final Refusals refusals;
  private final StreamMetrics metrics;
  private final ThreadLocal<ExplanationBudget> explanationBudgets;
  private final ShadowSlot shadows;
  private final ThreadLocal<TimeShare> shadowTime;

  /**
   * @param registry shared by all threads, stays the caller's to close
   * @param models the model in use
   * @param shadows the model that is compared with it
   * @param intake receives the messages of the models topic
   * @param retry for what is away
   * @param limits which messages are taken
   * @param refusals says which records Kafka took no message about
   */
  public DetectionTopology(
      StreamSettings settings,
      SchemaRegistry registry,
      ModelSlot models,
      ShadowSlot shadows,
      ModelIntake intake,
      Retry retry,
      OutputLimits limits,
      Refusals refusals,
      StreamMetrics metrics) {
    this.settings = settings;
    this.registry = registry;
    this.recordSchemas = new FloodProofRegistry(registry);
    this.models = models;
    this.shadows = shadows;
    this.intake = intake;
    this.retry = retry;
    this.limits = limits;
    this.refusals = refusals;
    this.metrics = metrics;
    double explanationShare = settings.explanationTimeShare();
    this.explanationBudgets =
        ThreadLocal.withInitial(() -> new ExplanationBudget(explanationShare, System::nanoTime));
    double shadowShare = settings.shadowTimeShare();
    this.shadowTime = ThreadLocal.withInitial(() -> new TimeShare(shadowShare, System::nanoTime));
  }

  /**
   * Builds the topology.
   *
   * @param withHistory whether it has a store of past records, for models that ask for them
   */
  public Topology build(boolean withHistory) {
    Topology topology = new Topology();
    topology.addGlobalStore(
        ModelIntakeProcessor.store(),
        MODELS_SOURCE,
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        settings.modelsTopic(),
        MODELS_INTAKE,
        () -> new ModelIntakeProcessor(intake, settings.detector(), models));
    AutoOffsetReset asConfigured = null;
    topology.addSource(
        asConfigured,
        SOURCE,
        timestampExtractor(),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        settings.sourceTopics().toArray(String[]::new));
    topology.addProcessor(ARRIVE, () -> new ArrivalProcessor(limits, metrics), SOURCE);
    topology.addProcessor(DETECT, () -> newProcessor(withHistory), ARRIVE);
    topology.addStateStore(ProcessIdentity.builder(), DETECT);
    topology.addStateStore(episodesStore(), DETECT);
    if (settings.outputTopics().containsKey(OutputTopic.DRIFT)) {
      topology.addStateStore(driftStore(), DETECT);
    }
    if (withHistory) {
      topology.addStateStore(historyStore(), DETECT);
    }
    if (settings.calibrationWindow() > 0) {
      topology.addStateStore(calibrationStore(), DETECT);
    }
    if (!settings.suppressionWindow().isZero()) {
      topology.addStateStore(suppressionStore(), DETECT);
    }
    settings.outputTopics().forEach((output, topic) -> addSink(topology, output, topic));
    return topology;
  }

  /** Null stands for the one that Kafka Streams is configured with. */
  private TimestampExtractor timestampExtractor() {
    boolean configured =
        settings
            .connection()
            .kafka()
            .containsKey(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG);
    return configured ? null : new LenientTimestampExtractor();
  }

  private static void addSink(Topology topology, OutputTopic output, String topic) {
    topology.addSink(
        output.sink(), topic, new ByteArraySerializer(), new ByteArraySerializer(), DETECT);
  }

  /** What versions before have left there; nothing new is written to it. */
  private static StoreBuilder<KeyValueStore<Bytes, RememberedAlerts>> suppressionStore() {
    return Stores.keyValueStoreBuilder(
        Stores.inMemoryKeyValueStore(InternalTopics.SUPPRESSION_STORE),
        Serdes.Bytes(),
        new RememberedAlertsSerde());
  }

  /**
   * Of open episodes and of the last alerts only, so in memory; cached, since one entry changes
   * with every record, and another with every anomaly.
   */
  private static StoreBuilder<KeyValueStore<Bytes, byte[]>> episodesStore() {
    return Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore(InternalTopics.EPISODES_STORE),
            Serdes.Bytes(),
            Serdes.ByteArray())
        .withCachingEnabled();
  }

  /** Of bounded size, so in memory; cached, since one entry changes with every record. */
  private static StoreBuilder<KeyValueStore<Bytes, byte[]>> calibrationStore() {
    return Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore(InternalTopics.CALIBRATION_STORE),
            Serdes.Bytes(),
            Serdes.ByteArray())
        .withCachingEnabled();
  }

  /** Small, so in memory; cached, since entries change with every record. */
  private static StoreBuilder<KeyValueStore<Bytes, byte[]>> driftStore() {
    return Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore(InternalTopics.DRIFT_STORE),
            Serdes.Bytes(),
            Serdes.ByteArray())
        .withCachingEnabled();
  }

  /** One entry for each key, so on disk; its changelog brings it back on another instance. */
  private static StoreBuilder<KeyValueStore<Bytes, RememberedRecords>> historyStore() {
    return Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(InternalTopics.HISTORY_STORE),
            Serdes.Bytes(),
            new RememberedRecordsSerde())
        .withCachingEnabled();
  }

  private Processor<byte[], Arrival, byte[], byte[]> newProcessor(boolean withHistory) {
    return new DetectionProcessor(
        settings,
        withHistory,
        models,
        () -> new RecordDecoder(SourceValues.deserializer(settings, recordSchemas), retry),
        new ScoredMessages(
            settings.outputTopics(),
            new AvroSerializer<AnomalyAlert>(registry),
            new AvroSerializer<ScoredRecord>(registry),
            limits,
            refusals,
            metrics),
        new EpisodeMessages(
            settings.outputTopics(), new AvroSerializer<Episode>(registry), limits, refusals),
        book ->
            new DriftKeeper(
                book,
                settings.outputTopics(),
                new AvroSerializer<DriftEvent>(registry),
                refusals,
                metrics),
        new DeadLetters(settings.detector(), limits, metrics::adjusted),
        refusals,
        new FitCheck(intake.fit()),
        metrics,
        explanationBudgets,
        new ShadowJudge(shadows, shadowTime::get));
  }
}
