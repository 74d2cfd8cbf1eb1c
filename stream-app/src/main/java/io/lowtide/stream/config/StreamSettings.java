package io.lowtide.stream.config;

import io.lowtide.density.calibration.BudgetException;
import io.lowtide.density.calibration.FollowingCalibration;
import io.lowtide.density.drift.DriftSettings;
import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.episode.EpisodeSettings;
import io.lowtide.kafka.settings.Secrets;
import io.lowtide.kafka.settings.Settings;
import io.lowtide.kafka.settings.SettingsException;
import io.lowtide.kafka.settings.SettingsSources;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;

/** The stream application's settings, checked. */
public final class StreamSettings {

  /** Kafka takes names of 249 letters for topics; the longest suffix is -calibration-changelog. */
  private static final int LONGEST_APPLICATION_ID = 249 - "-calibration-changelog".length();

  /** Kafka Streams' own default under exactly-once. */
  private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);

  /** A rebalance that others ask for waits for a thread that waits. */
  private static final Duration LONGEST_IN_OUTAGE = Duration.ofSeconds(20);

  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(10);

  /**
   * Kafka's 16 KiB hold a dozen alerts: with as many batches the brokers are busier than the
   * detector.
   */
  private static final int BATCH_BYTES = 128 * 1024;

  /**
   * Alerts and episodes are much alike, and what is sent is copied, checked and written several
   * times: that takes longer than to compress it. Zstandard takes longer than it saves.
   */
  private static final String COMPRESSION = "lz4";

  /**
   * Kafka's minute ends the wait for a commit before it is known what has become of it. Kafka
   * Streams 4.3.1 then takes the tasks for corrupted and asks for a rebalance, which can make them
   * anew before their consumer has gone back to the committed offsets: what it had read already is
   * skipped. A commit that is waited for is answered in the end, or refused because its transaction
   * was aborted.
   */
  private static final Duration LONGEST_COMMIT = Duration.ofDays(1);

  private static final Duration MAXIMUM_POLL_INTERVAL = Duration.ofMinutes(5);

  private final Settings settings;
  private final AbstractConfig config;
  private final ConnectionSettings connection;

  private StreamSettings(Settings settings) {
    this.settings = settings;
    this.config = settings.values();
    this.connection = ConnectionSettings.of(settings);
  }

  /**
   * Checks and adopts settings.
   *
   * @throws SettingsException if a name is unknown, a value is missing or invalid, or two values
   *     contradict each other; it lists all of these
   */
  public static StreamSettings of(SettingsSources sources) {
    StreamSettings settings = new StreamSettings(SettingDefinitions.ALL.check(sources));
    requireNone(settings.refusedByKafka());
    requireNone(settings.contradictions());
    try {
      new StreamsConfig(settings.streamsProperties());
    } catch (ConfigException e) {
      throw new SettingsException(
          ConnectionSettings.KAFKA_PREFIX + "*: " + Secrets.hide(e.getMessage()), Secrets.hide(e));
    }
    return settings;
  }

  private static void requireNone(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new SettingsException(problems);
    }
  }

  /** Checks and adopts settings given by name. */
  public static StreamSettings of(Map<String, String> settings) {
    return of(SettingsSources.none().with(settings, "settings"));
  }

  /** A client would say so only when it is made, and the first of them all that comes first. */
  private List<String> refusedByKafka() {
    List<String> problems = new ArrayList<>();
    new TreeMap<>(connection.kafka())
        .forEach(
            (name, value) ->
                KafkaClientSettings.refusal(name, value)
                    .ifPresent(
                        refusal ->
                            problems.add(ConnectionSettings.KAFKA_PREFIX + name + ": " + refusal)));
    return problems;
  }

  private List<String> contradictions() {
    List<String> problems = new ArrayList<>();
    Map<String, String> useOfTopic = new TreeMap<>();
    sourceTopics().forEach(topic -> useOfTopic.put(topic, SettingDefinitions.SOURCE_TOPICS));
    outputTopics()
        .forEach((output, topic) -> requireUnused(topic, output.setting(), useOfTopic, problems));
    requireUnused(modelsTopic(), SettingDefinitions.MODELS_TOPIC, useOfTopic, problems);
    requireFirstWaitWithinLongest(problems);
    requireRoomForInternalTopics(problems);
    List<String> ofBudget = SettingDefinitions.BUDGET.contradictions(settings);
    problems.addAll(ofBudget);
    if (ofBudget.isEmpty()) {
      requireWindowForBudget(problems);
    }
    requireRetryLimitBelow(
        "transaction.timeout.ms",
        timeout(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, "producer.", TRANSACTION_TIMEOUT),
        problems);
    requireRetryLimitBelow(
        "max.poll.interval.ms",
        timeout(
            ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, "main.consumer.", MAXIMUM_POLL_INTERVAL),
        problems);
    return problems;
  }

  /** Every model would be refused, if not: {@link io.lowtide.stream.model.ModelIntake}. */
  private void requireWindowForBudget(List<String> problems) {
    int window = calibrationWindow();
    if (window > 0 && alertBudget().isPresent()) {
      try {
        FollowingCalibration.requireBudget(alertBudget().getAsDouble(), window);
      } catch (BudgetException e) {
        problems.add(SettingDefinitions.CALIBRATION_WINDOW + ": " + e.getMessage());
      }
    }
  }

  /** Kafka would refuse their names without saying which. */
  private void requireRoomForInternalTopics(List<String> problems) {
    String id = applicationId();
    if (id.length() > LONGEST_APPLICATION_ID) {
      problems.add(
          SettingDefinitions.APPLICATION_ID
              + ": "
              + id
              + " has "
              + id.length()
              + " letters; expected at most "
              + LONGEST_APPLICATION_ID
              + ", so that the internal topics that begin with it have names that Kafka takes");
    }
  }

  private static void requireUnused(
      String topic, String name, Map<String, String> useOfTopic, List<String> problems) {
    String other = useOfTopic.putIfAbsent(topic, name);
    if (other != null) {
      problems.add(name + ": " + topic + " is also " + other + "; expected another topic");
    }
  }

  private void requireFirstWaitWithinLongest(List<String> problems) {
    RetrySettings retry = retry();
    if (retry.initialBackoff().compareTo(retry.maximumBackoff()) > 0) {
      problems.add(
          SettingDefinitions.RETRY_BACKOFF
              + ": "
              + retry.initialBackoff()
              + ", expected at most "
              + SettingDefinitions.RETRY_BACKOFF_MAXIMUM
              + ", "
              + retry.maximumBackoff());
    }
  }

  private String ofClient(String prefix, String name) {
    return connection.kafka().getOrDefault(prefix + name, connection.kafka().get(name));
  }

  private Duration timeout(String name, String prefix, Duration otherwise) {
    String text = ofClient(prefix, name);
    return text == null ? otherwise : Duration.ofMillis(Long.parseLong(text.strip()));
  }

  private void requireRetryLimitBelow(String name, Duration timeout, List<String> problems) {
    if (retry().limit().compareTo(timeout) >= 0) {
      problems.add(
          SettingDefinitions.RETRY_LIMIT
              + ": "
              + retry().limit()
              + ", expected less than "
              + name
              + ", "
              + timeout);
    }
  }

  /** Name of the detector. */
  public String detector() {
    return config.getString(SettingDefinitions.DETECTOR);
  }

  /** How to reach Kafka and the schema registry. */
  public ConnectionSettings connection() {
    return connection;
  }

  /**
   * A size that the producer is given, if it is given one.
   *
   * @param name {@code max.request.size} or {@code buffer.memory}
   */
  public OptionalInt producerBytes(String name) {
    String text = ofClient(StreamsConfig.PRODUCER_PREFIX, name);
    return text == null
        ? OptionalInt.empty()
        : OptionalInt.of((int) Math.min(Integer.MAX_VALUE, Long.parseLong(text.strip())));
  }

  /**
   * How long a commit is waited for, if that was stated and is less than this application would
   * wait: records may be lost then.
   */
  public Optional<Duration> shortCommitLimit() {
    return Optional.of(
            timeout(
                ProducerConfig.MAX_BLOCK_MS_CONFIG, StreamsConfig.PRODUCER_PREFIX, LONGEST_COMMIT))
        .filter(limit -> limit.compareTo(LONGEST_COMMIT) < 0);
  }

  /**
   * Settings under {@code kafka.} that are none of Kafka Streams or its clients, each with the
   * nearest one that is. Only a class that Kafka is told to load can have such settings.
   */
  public Map<String, String> unknownToKafka() {
    Map<String, String> unknown = new TreeMap<>();
    for (String name : connection.kafka().keySet()) {
      KafkaClientSettings.nearest(name)
          .ifPresent(
              nearest ->
                  unknown.put(
                      ConnectionSettings.KAFKA_PREFIX + name,
                      ConnectionSettings.KAFKA_PREFIX + nearest));
    }
    return unknown;
  }

  /** Whether the size of the producer's batches is left to this application. */
  public boolean choosesBatchSize() {
    return ofClient(StreamsConfig.PRODUCER_PREFIX, ProducerConfig.BATCH_SIZE_CONFIG) == null;
  }

  /** Topics whose records are scored. */
  public List<String> sourceTopics() {
    return config.getList(SettingDefinitions.SOURCE_TOPICS);
  }

  /** Serde class that reads the source records. */
  public Class<?> sourceValueSerde() {
    return config.getClass(SettingDefinitions.SOURCE_VALUE_SERDE);
  }

  /** The topics that the application publishes on, by what they are for. */
  public Map<OutputTopic, String> outputTopics() {
    Map<OutputTopic, String> topics = new EnumMap<>(OutputTopic.class);
    for (OutputTopic output : OutputTopic.values()) {
      String topic = config.getString(output.setting());
      if (!topic.isEmpty()) {
        topics.put(output, topic);
      }
    }
    return topics;
  }

  /** Topic of the alerts. */
  public String alertsTopic() {
    return config.getString(SettingDefinitions.ALERTS_TOPIC);
  }

  /** Topic of the dead letters. */
  public String deadLetterTopic() {
    return config.getString(SettingDefinitions.DEAD_LETTER_TOPIC);
  }

  /** Topic of the model bundles. */
  public String modelsTopic() {
    return config.getString(SettingDefinitions.MODELS_TOPIC);
  }

  /** Whether missing topics are created. */
  public boolean createsTopics() {
    return config.getBoolean(SettingDefinitions.TOPICS_CREATE);
  }

  /** False-alarm budget that goes before the model's own, stated as such or as a rate of alerts. */
  public OptionalDouble alertBudget() {
    return SettingDefinitions.BUDGET.of(settings);
  }

  /** Scores of the stream that the calibration follows; 0: it stays the model's. */
  public int calibrationWindow() {
    return config.getInt(SettingDefinitions.CALIBRATION_WINDOW);
  }

  /** How long a key's past records are remembered after its latest one, in event time. */
  public Duration historyRetention() {
    return duration(SettingDefinitions.HISTORY_RETENTION);
  }

  /** Share of its time that a stream thread may spend on explanations, between 0 and 1. */
  public double explanationTimeShare() {
    return config.getDouble(SettingDefinitions.EXPLANATION_SHARE);
  }

  /** Share of its time that a stream thread may spend on a challenger, between 0 and 1. */
  public double shadowTimeShare() {
    return config.getDouble(SettingDefinitions.SHADOW_SHARE);
  }

  /** Whether scores carry those of a challenger. */
  public boolean shadowInScores() {
    return config.getBoolean(SettingDefinitions.SHADOW_IN_SCORES);
  }

  /** How long repeated alerts of a key are withheld; zero: not at all. */
  public Duration suppressionWindow() {
    return duration(SettingDefinitions.SUPPRESSION_WINDOW);
  }

  /** What belongs to one episode, and when it is over. */
  public EpisodeSettings episodes() {
    return new EpisodeSettings(
        duration(SettingDefinitions.EPISODE_SILENCE),
        config.getInt(SettingDefinitions.EPISODE_LIMIT),
        config.getDouble(SettingDefinitions.UNSCORABLE_LIMIT));
  }

  /** What counts as drift, and for which groups of records it is watched. */
  public DriftWatchSettings drift() {
    String field = config.getString(SettingDefinitions.DRIFT_GROUP_FIELD).strip();
    return new DriftWatchSettings(
        new DriftSettings(
            config.getDouble(SettingDefinitions.DRIFT_FALSE_ALARM_RECORDS),
            config.getDouble(SettingDefinitions.DRIFT_TOLERANCE),
            duration(SettingDefinitions.DRIFT_SPAN)),
        field.isEmpty() ? Optional.empty() : Optional.of(field),
        config.getInt(SettingDefinitions.DRIFT_GROUP_LIMIT));
  }

  /** Kafka Streams' application id. */
  public String applicationId() {
    String id = config.getString(SettingDefinitions.APPLICATION_ID);
    return id.isEmpty() ? "lowtide-" + detector() : id;
  }

  /** Directory of all state. */
  public Path stateDirectory() {
    return Path.of(config.getString(SettingDefinitions.STATE_DIRECTORY));
  }

  /** Where the last accepted model is kept. */
  public Path lastModelFile() {
    return stateDirectory().resolve(applicationId() + ".model.avro");
  }

  /** Where the name of this instance in the consumer group is kept. */
  public Path instanceNameFile() {
    return stateDirectory().resolve(applicationId() + ".instance");
  }

  /** Whether the consumer group is to know this instance by a name that nobody has given it. */
  public boolean namesInstance() {
    String setting = ConsumerConfig.GROUP_INSTANCE_ID_CONFIG;
    return !usesStreamsProtocol()
        && Stream.of("", StreamsConfig.CONSUMER_PREFIX, StreamsConfig.MAIN_CONSUMER_PREFIX)
            .noneMatch(prefix -> connection.kafka().containsKey(prefix + setting));
  }

  private boolean usesStreamsProtocol() {
    return "streams".equalsIgnoreCase(connection.kafka().get(StreamsConfig.GROUP_PROTOCOL_CONFIG));
  }

  /** Address of the HTTP endpoint; port 0 stands for any free one. */
  public InetSocketAddress httpAddress() {
    return new InetSocketAddress(
        config.getString(SettingDefinitions.HTTP_HOST),
        config.getInt(SettingDefinitions.HTTP_PORT));
  }

  /** The page that people watch the stream on. */
  public PageSettings page() {
    return new PageSettings(
        PageSettings.Serving.of(config.getString(SettingDefinitions.PAGE)),
        config.getInt(SettingDefinitions.PAGE_CONNECTIONS),
        config.getInt(SettingDefinitions.PAGE_SCORES_PER_SECOND),
        config.getList(SettingDefinitions.PAGE_HOSTS));
  }

  /** How transient faults are retried. */
  public RetrySettings retry() {
    return new RetrySettings(
        duration(SettingDefinitions.RETRY_BACKOFF),
        duration(SettingDefinitions.RETRY_BACKOFF_MAXIMUM),
        duration(SettingDefinitions.RETRY_LIMIT),
        limitInOutage());
  }

  private Duration limitInOutage() {
    Duration limit = duration(SettingDefinitions.RETRY_LIMIT);
    Duration half =
        timeout(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, "main.consumer.", MAXIMUM_POLL_INTERVAL)
            .dividedBy(2);
    Duration longest = half.compareTo(LONGEST_IN_OUTAGE) < 0 ? half : LONGEST_IN_OUTAGE;
    return limit.compareTo(longest) < 0 ? longest : limit;
  }

  /** When a model does not fit the records. */
  public FitSettings fit() {
    return new FitSettings(
        config.getInt(SettingDefinitions.MODEL_FIT_WINDOW),
        config.getDouble(SettingDefinitions.MODEL_MISFIT_LIMIT));
  }

  /** How long a shutdown may take. */
  public Duration shutdownTimeout() {
    return duration(SettingDefinitions.SHUTDOWN_TIMEOUT);
  }

  private Duration duration(String name) {
    return Duration.parse(config.getString(name));
  }

  /** Kafka Streams' settings: those under {@code kafka.}, and what this application decides. */
  public Properties streamsProperties() {
    Properties properties = new Properties();
    properties.putAll(connection.kafka());
    properties.putIfAbsent(
        StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    if (!usesStreamsProtocol()) {
      boundSession(properties);
    }
    chooseForProducer(properties, ProducerConfig.MAX_BLOCK_MS_CONFIG, LONGEST_COMMIT.toMillis());
    // A producer whose whole buffer is smaller than a batch could send nothing.
    chooseForProducer(
        properties,
        ProducerConfig.BATCH_SIZE_CONFIG,
        Math.min(
            BATCH_BYTES, producerBytes(ProducerConfig.BUFFER_MEMORY_CONFIG).orElse(BATCH_BYTES)));
    chooseForProducer(properties, ProducerConfig.COMPRESSION_TYPE_CONFIG, COMPRESSION);
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId());
    properties.put(
        StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.getInt(SettingDefinitions.THREADS));
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory().toString());
    return properties;
  }

  /** Sets what nobody has stated of the producer. */
  private void chooseForProducer(Properties properties, String name, Object value) {
    if (ofClient(StreamsConfig.PRODUCER_PREFIX, name) == null) {
      properties.put(StreamsConfig.producerPrefix(name), value);
    }
  }

  /**
   * A thread that fails, like a process that is killed, leaves the group only when its session
   * ends; until then nobody has its partitions. Kafka's default of 45 s outlasts the transaction by
   * far. Under the streams group protocol the broker decides this.
   */
  private static void boundSession(Properties properties) {
    String setting = ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG;
    String ofConsumer = StreamsConfig.CONSUMER_PREFIX + setting;
    String ofMainConsumer = StreamsConfig.MAIN_CONSUMER_PREFIX + setting;
    if (!properties.containsKey(setting) && !properties.containsKey(ofConsumer)) {
      properties.putIfAbsent(ofMainConsumer, Math.toIntExact(SESSION_TIMEOUT.toMillis()));
    }
  }

  /** The declared settings without the registry's URL, which may hold a password. */
  @Override
  public String toString() {
    Map<String, Object> shown = new TreeMap<>(config.values());
    shown.remove(ConnectionSettings.SCHEMA_REGISTRY_URL);
    return Secrets.hide(shown.toString());
  }
}
