package io.lowtide.stream.config;

import io.lowtide.schemas.serde.AvroSerde;
import java.time.Duration;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;

/** Every setting: its name, type, default, what it is, and what is expected of it. */
final class SettingDefinitions {

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
  static final String ALERTS_PER_HOUR = "alerts.per.hour";
  static final String RECORDS_PER_HOUR = "records.per.hour";
  static final String SUPPRESSION_WINDOW = "suppression.window";
  static final String HISTORY_RETENTION = "history.retention";
  static final String APPLICATION_ID = "application.id";
  static final String THREADS = "threads";
  static final String STATE_DIRECTORY = "state.directory";
  static final String HTTP_HOST = "http.host";
  static final String HTTP_PORT = "http.port";
  static final String RETRY_BACKOFF = "retry.backoff";
  static final String RETRY_BACKOFF_MAXIMUM = "retry.backoff.maximum";
  static final String RETRY_LIMIT = "retry.limit";
  static final String SHUTDOWN_TIMEOUT = "shutdown.timeout";

  /** What is needed to connect. */
  static final ConfigDef CONNECTION =
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
  static final ConfigDef ALL =
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
              StreamSettings.DEFAULT_ALERTS_TOPIC,
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
              StreamSettings.DEFAULT_MODELS_TOPIC,
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
              ALERTS_PER_HOUR,
              Type.DOUBLE,
              null,
              Validators.positive(),
              Importance.MEDIUM,
              "Another way to state the budget: how many alerts an hour of normal records may"
                  + " raise. With records.per.hour it gives the budget, their ratio. Empty: not"
                  + " used.")
          .define(
              RECORDS_PER_HOUR,
              Type.DOUBLE,
              null,
              Validators.positive(),
              Importance.MEDIUM,
              "Records that the source topics carry in an hour, for alerts.per.hour.")
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
              Validators.serde(),
              Importance.MEDIUM,
              "Kafka Serde class that reads the source records; it must give Avro records. It is"
                  + " configured with the settings under kafka. and registry. and with"
                  + " schema.registry.url.")
          .define(
              HISTORY_RETENTION,
              Type.STRING,
              "P30D",
              Validators.duration(Duration.ofSeconds(1)),
              Importance.MEDIUM,
              "Models that judge a record by those before it under the same key remember a key for"
                  + " this long after its latest record, in event time. A key that comes back later"
                  + " counts as new.")
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
              8085,
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

  private SettingDefinitions() {}
}
