package io.lowtide.stream.config;

import io.lowtide.schemas.serde.AvroSerde;
import io.lowtide.stream.topology.LenientTimestampExtractor;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.streams.StreamsConfig;

/** The stream application's settings, checked. */
public final class StreamSettings {

  /** Settings under this prefix go to Kafka Streams and its clients, without it. */
  public static final String KAFKA_PREFIX = "kafka.";

  /** Settings under this prefix go to the schema registry's client, without it. */
  public static final String REGISTRY_PREFIX = "registry.";

  static final String DETECTOR = "detector";
  static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
  static final String SCHEMA_REGISTRY_URL = "schema.registry.url";
  static final String SOURCE_TOPICS = "source.topics";
  static final String SOURCE_VALUE_SERDE = "source.value.serde";
  static final String ALERTS_TOPIC = "alerts.topic";
  static final String SCORES_TOPIC = "scores.topic";
  static final String DEAD_LETTER_TOPIC = "dead.letter.topic";
  static final String MODELS_TOPIC = "models.topic";
  static final String TOPICS_CREATE = "topics.create";
  static final String ALERT_BUDGET = "alert.budget";
  static final String SUPPRESSION_WINDOW = "suppression.window";
  static final String APPLICATION_ID = "application.id";
  static final String THREADS = "threads";
  static final String STATE_DIRECTORY = "state.directory";
  static final String HTTP_HOST = "http.host";
  static final String HTTP_PORT = "http.port";
  static final String RETRY_BACKOFF = "retry.backoff";
  static final String RETRY_BACKOFF_MAXIMUM = "retry.backoff.maximum";
  static final String RETRY_LIMIT = "retry.limit";
  static final String SHUTDOWN_TIMEOUT = "shutdown.timeout";

  /** Default names of topics, for other commands that use them. */
  public static final String DEFAULT_ALERTS_TOPIC = "lowtide.alerts";

  /** See {@link #DEFAULT_ALERTS_TOPIC}. */
  public static final String DEFAULT_MODELS_TOPIC = "lowtide.models";

  private static final ConfigDef CONNECTION =
      new ConfigDef()
          .define(
              BOOTSTRAP_SERVERS,
              Type.STRING,
              ConfigDef.NO_DEFAULT_VALUE,
              Validators.notEmpty(),
              Importance.HIGH,
              "Kafka brokers to connect to first, HOST:PORT separated by commas.")
          .define(
              SCHEMA_REGISTRY_URL,
              Type.STRING,
              ConfigDef.NO_DEFAULT_VALUE,
              Validators.notEmpty(),
              Importance.HIGH,
              "URL of the schema registry (Confluent's REST interface); several are separated by"
                  + " commas.");

  /** Every setting, in the order of the documentation. */
  static final ConfigDef DEFINITION =
      new ConfigDef(CONNECTION)
          .define(
              DETECTOR,
              Type.STRING,
              ConfigDef.NO_DEFAULT_VALUE,
              Validators.identifier(),
              Importance.HIGH,
              "Name of the detector: the key under which its models are published.")
          .define(
              SOURCE_TOPICS,
              Type.LIST,
              ConfigDef.NO_DEFAULT_VALUE,
              Validators.topics(),
              Importance.HIGH,
              "Topics whose records are scored.")
          .define(
              ALERTS_TOPIC,
              Type.STRING,
              DEFAULT_ALERTS_TOPIC,
              Validators.topic(),
              Importance.HIGH,
              "Topic that receives an AnomalyAlert for every record found improbable.")
          .define(
              SCORES_TOPIC,
              Type.STRING,
              "",
              Validators.topicOrEmpty(),
              Importance.MEDIUM,
              "Topic that receives a ScoredRecord for every record scored; empty: none.")
          .define(
              DEAD_LETTER_TOPIC,
              Type.STRING,
              "lowtide.dead-letters",
              Validators.topic(),
              Importance.HIGH,
              "Topic that receives, byte for byte, every record that cannot be scored, with the"
                  + " cause in its headers. Its largest message should exceed the source topics' by"
                  + " 8 KiB.")
          .define(
              MODELS_TOPIC,
              Type.STRING,
              DEFAULT_MODELS_TOPIC,
              Validators.topic(),
              Importance.HIGH,
              "Compacted topic that model bundles are published on.")
          .define(
              TOPICS_CREATE,
              Type.BOOLEAN,
              true,
              Importance.MEDIUM,
              "Whether to create topics that are missing, other than the source topics: with as many"
                  + " partitions as the source has (models: one), and the broker's default"
                  + " replication.")
          .define(
              ALERT_BUDGET,
              Type.DOUBLE,
              null,
              Validators.probabilityOrNothing(),
              Importance.HIGH,
              "False-alarm budget: the share of normal records that may raise an alert. Empty: the"
                  + " model's own.")
          .define(
              SUPPRESSION_WINDOW,
              Type.STRING,
              "PT5M",
              Validators.duration(Duration.ZERO),
              Importance.MEDIUM,
              "After an alert, further alerts of the same key are withheld for this long, in event"
                  + " time. PT0S: never.")
          .define(
              SOURCE_VALUE_SERDE,
              Type.CLASS,
              AvroSerde.class,
              Importance.MEDIUM,
              "Kafka Serde class that reads the source records; it must give Avro records. It is"
                  + " configured with the settings under kafka. and registry. and with"
                  + " schema.registry.url.")
          .define(
              APPLICATION_ID,
              Type.STRING,
              "",
              Validators.identifierOrEmpty(),
              Importance.MEDIUM,
              "Name of the consumer group, and prefix of internal topics and transactions. Empty:"
                  + " lowtide-DETECTOR.")
          .define(
              THREADS,
              Type.INT,
              1,
              Range.between(1, 256),
              Importance.MEDIUM,
              "Stream threads in this instance; more than there are partitions stay idle.")
          .define(
              STATE_DIRECTORY,
              Type.STRING,
              "lowtide-state",
              Validators.notEmpty(),
              Importance.MEDIUM,
              "Directory for Kafka Streams' state and the last accepted model.")
          .define(
              HTTP_HOST,
              Type.STRING,
              "127.0.0.1",
              Validators.notEmpty(),
              Importance.MEDIUM,
              "Address that /metrics, /health/live and /health/ready are served on.")
          .define(
              HTTP_PORT,
              Type.INT,
              8080,
              Range.between(0, 65535),
              Importance.MEDIUM,
              "Port of the same. 0: any free one.")
          .define(
              RETRY_BACKOFF,
              Type.STRING,
              "PT0.1S",
              Validators.duration(Duration.ofMillis(1)),
              Importance.LOW,
              "Wait before a transient fault (such as a schema registry that is away) is retried;"
                  + " doubles with each repetition.")
          .define(
              RETRY_BACKOFF_MAXIMUM,
              Type.STRING,
              "PT2S",
              Validators.duration(Duration.ofMillis(1)),
              Importance.LOW,
              "Longest wait between two repetitions.")
          .define(
              RETRY_LIMIT,
              Type.STRING,
              "PT4S",
              Validators.duration(Duration.ZERO),
              Importance.LOW,
              "How long one record may hold up its thread by repetitions. Then the thread gives its"
                  + " records back and starts again from the last commit. Less than Kafka's"
                  + " transaction.timeout.ms and max.poll.interval.ms.")
          .define(
              SHUTDOWN_TIMEOUT,
              Type.STRING,
              "PT20S",
              Validators.duration(Duration.ofSeconds(1)),
              Importance.LOW,
              "How long a shutdown may take.");

  /** Settings of Kafka Streams that have a name of their own here. */
  private static final Map<String, String> OWN_NAMES =
      Map.of(
          StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, BOOTSTRAP_SERVERS,
          StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION_ID,
          StreamsConfig.NUM_STREAM_THREADS_CONFIG, THREADS,
          StreamsConfig.STATE_DIR_CONFIG, STATE_DIRECTORY);

  /** A registry that hangs must not outlast a transaction. */
  private static final Map<String, String> REGISTRY_TIMEOUTS =
      Map.of("http.connect.timeout.ms", "2000", "http.read.timeout.ms", "4000");

  /** Kafka Streams' own default under exactly-once. */
  private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);

  private static final Duration MAXIMUM_POLL_INTERVAL = Duration.ofMinutes(5);

  private final AbstractConfig config;
  private final ConnectionSettings connection;

  private StreamSettings(AbstractConfig config, ConnectionSettings connection) {
    this.config = config;
    this.connection = connection;
  }

  /**
   * Checks and adopts settings.
   *
   * @throws SettingsException if a name is unknown, a value is missing or invalid, or two values
   *     contradict each other; it lists all of these
   */
  public static StreamSettings of(SettingsSources sources) {
    List<String> problems = new ArrayList<>(misspelt(sources));
    problems.addAll(invalid(DEFINITION, sources));
    if (!problems.isEmpty()) {
      throw new SettingsException(problems);
    }
    StreamSettings settings =
        new StreamSettings(
            new AbstractConfig(DEFINITION, sources.values(), false), connection(sources));
    List<String> contradictions = settings.contradictions();
    if (!contradictions.isEmpty()) {
      throw new SettingsException(contradictions);
    }
    try {
      new StreamsConfig(settings.streamsProperties());
    } catch (ConfigException e) {
      throw new SettingsException(KAFKA_PREFIX + "*: " + e.getMessage(), e);
    }
    return settings;
  }

  /** Checks and adopts settings given by name. */
  public static StreamSettings of(Map<String, String> settings) {
    return of(SettingsSources.none().with(settings, "settings"));
  }

  /**
   * Checks and adopts what is needed to connect; other settings of the application may be there.
   *
   * @throws SettingsException as {@link #of(SettingsSources)}
   */
  public static ConnectionSettings connectionOf(SettingsSources sources) {
    List<String> problems = new ArrayList<>(misspelt(sources));
    problems.addAll(invalid(CONNECTION, sources));
    if (!problems.isEmpty()) {
      throw new SettingsException(problems);
    }
    return connection(sources);
  }

  private static ConnectionSettings connection(SettingsSources sources) {
    Map<String, String> kafka = new HashMap<>(sources.under(KAFKA_PREFIX));
    kafka.put(BOOTSTRAP_SERVERS, sources.find(BOOTSTRAP_SERVERS).value());
    Map<String, String> registry = new HashMap<>(sources.under(REGISTRY_PREFIX));
    registry.put(SCHEMA_REGISTRY_URL, sources.find(SCHEMA_REGISTRY_URL).value());
    REGISTRY_TIMEOUTS.forEach(registry::putIfAbsent);
    return new ConnectionSettings(kafka, registry);
  }

  static boolean isKnown(String name) {
    return DEFINITION.names().contains(name)
        || isUnder(KAFKA_PREFIX, name)
        || isUnder(REGISTRY_PREFIX, name);
  }

  private static boolean isUnder(String prefix, String name) {
    return name.startsWith(prefix) && name.length() > prefix.length();
  }

  private static List<String> misspelt(SettingsSources sources) {
    List<String> problems = new ArrayList<>();
    for (Setting setting : sources.all()) {
      if (!isKnown(setting.name())) {
        boolean variable = setting.writtenAs().startsWith(SettingsSources.ENVIRONMENT_PREFIX);
        String nearest = nearest(setting.name());
        problems.add(
            setting.writtenAs()
                + " ("
                + setting.origin()
                + "): no such setting; did you mean "
                + (variable ? SettingsSources.variableOf(nearest) : nearest)
                + "?");
      }
      String passedThrough = passedThrough(setting.name());
      if (passedThrough != null) {
        problems.add(
            setting.writtenAs()
                + " ("
                + setting.origin()
                + "): this application sets it itself; use "
                + passedThrough);
      }
    }
    return problems;
  }

  private static String passedThrough(String name) {
    if (name.equals(REGISTRY_PREFIX + SCHEMA_REGISTRY_URL)) {
      return SCHEMA_REGISTRY_URL;
    }
    return name.startsWith(KAFKA_PREFIX)
        ? OWN_NAMES.get(name.substring(KAFKA_PREFIX.length()))
        : null;
  }

  /** Names that pass through cannot be listed: there only the prefix is mended. */
  private static String nearest(String name) {
    int dot = name.indexOf('.');
    if (dot > 0) {
      String rest = name.substring(dot + 1);
      for (String prefix : List.of(KAFKA_PREFIX, REGISTRY_PREFIX)) {
        if (NearestName.distance(name.substring(0, dot + 1), prefix) <= 2) {
          return prefix + rest;
        }
      }
    }
    Set<String> candidates = new TreeSet<>(DEFINITION.names());
    return NearestName.of(name, candidates);
  }

  private static List<String> invalid(ConfigDef definition, SettingsSources sources) {
    List<String> problems = new ArrayList<>();
    for (ConfigValue value : definition.validate(sources.values())) {
      Setting setting = sources.find(value.name());
      for (String message : value.errorMessages()) {
        problems.add(
            setting == null
                ? message
                : setting.writtenAs() + " (" + setting.origin() + "): " + message);
      }
    }
    return problems;
  }

  private List<String> contradictions() {
    List<String> problems = new ArrayList<>();
    Map<String, String> useOfTopic = new TreeMap<>();
    sourceTopics().forEach(topic -> useOfTopic.put(topic, SOURCE_TOPICS));
    List<String> single = new ArrayList<>(List.of(ALERTS_TOPIC, DEAD_LETTER_TOPIC, MODELS_TOPIC));
    if (scoresEnabled()) {
      single.add(SCORES_TOPIC);
    }
    for (String name : single) {
      String other = useOfTopic.putIfAbsent(config.getString(name), name);
      if (other != null) {
        problems.add(
            name
                + ": "
                + config.getString(name)
                + " is also "
                + other
                + "; expected another topic");
      }
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

  private Duration timeout(String name, String prefix, Duration otherwise) {
    String text = connection.kafka().getOrDefault(prefix + name, connection.kafka().get(name));
    try {
      return text == null ? otherwise : Duration.ofMillis(Long.parseLong(text));
    } catch (NumberFormatException e) {
      throw new SettingsException(
          KAFKA_PREFIX + name + ": " + text + ", expected a number of milliseconds", e);
    }
  }

  private void requireRetryLimitBelow(String name, Duration timeout, List<String> problems) {
    if (retry().limit().compareTo(timeout) >= 0) {
      problems.add(
          RETRY_LIMIT + ": " + retry().limit() + ", expected less than " + name + ", " + timeout);
    }
  }

  /** Name of the detector. */
  public String detector() {
    return config.getString(DETECTOR);
  }

  /** How to reach Kafka and the schema registry. */
  public ConnectionSettings connection() {
    return connection;
  }

  /** Topics whose records are scored. */
  public List<String> sourceTopics() {
    return config.getList(SOURCE_TOPICS);
  }

  /** Serde class that reads the source records. */
  public Class<?> sourceValueSerde() {
    return config.getClass(SOURCE_VALUE_SERDE);
  }

  /** Topic of the alerts. */
  public String alertsTopic() {
    return config.getString(ALERTS_TOPIC);
  }

  /** Whether scores are published at all. */
  public boolean scoresEnabled() {
    return !scoresTopic().isEmpty();
  }

  /** Topic of the scores; empty if there is none. */
  public String scoresTopic() {
    return config.getString(SCORES_TOPIC);
  }

  /** Topic of the dead letters. */
  public String deadLetterTopic() {
    return config.getString(DEAD_LETTER_TOPIC);
  }

  /** Topic of the model bundles. */
  public String modelsTopic() {
    return config.getString(MODELS_TOPIC);
  }

  /** Whether missing topics are created. */
  public boolean createsTopics() {
    return config.getBoolean(TOPICS_CREATE);
  }

  /** False-alarm budget that goes before the model's own. */
  public OptionalDouble alertBudget() {
    Double budget = config.getDouble(ALERT_BUDGET);
    return budget == null ? OptionalDouble.empty() : OptionalDouble.of(budget);
  }

  /** How long repeated alerts of a key are withheld; zero: not at all. */
  public Duration suppressionWindow() {
    return duration(SUPPRESSION_WINDOW);
  }

  /** Kafka Streams' application id. */
  public String applicationId() {
    String id = config.getString(APPLICATION_ID);
    return id.isEmpty() ? "lowtide-" + detector() : id;
  }

  /** Directory of all state. */
  public Path stateDirectory() {
    return Path.of(config.getString(STATE_DIRECTORY));
  }

  /** Where the last accepted model is kept. */
  public Path lastModelFile() {
    return stateDirectory().resolve(applicationId() + ".model.avro");
  }

  /** Address of the HTTP endpoint; port 0 stands for any free one. */
  public InetSocketAddress httpAddress() {
    return new InetSocketAddress(config.getString(HTTP_HOST), config.getInt(HTTP_PORT));
  }

  /** How transient faults are retried. */
  public RetrySettings retry() {
    return new RetrySettings(
        duration(RETRY_BACKOFF), duration(RETRY_BACKOFF_MAXIMUM), duration(RETRY_LIMIT));
  }

  /** How long a shutdown may take. */
  public Duration shutdownTimeout() {
    return duration(SHUTDOWN_TIMEOUT);
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
    properties.putIfAbsent(
        StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, LenientTimestampExtractor.class);
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId());
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.getInt(THREADS));
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory().toString());
    return properties;
  }

  /** The declared settings without the registry's URL, which may hold a password. */
  @Override
  public String toString() {
    Map<String, Object> shown = new TreeMap<>(config.values());
    shown.remove(SCHEMA_REGISTRY_URL);
    return shown.toString();
  }
}
