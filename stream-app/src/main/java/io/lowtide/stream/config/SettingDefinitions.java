package io.lowtide.stream.config;

import io.lowtide.density.calibration.FollowingCalibration;
import io.lowtide.density.drift.DriftSettings;
import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.serde.AvroSerde;
import io.lowtide.kafka.settings.BudgetSettings;
import io.lowtide.kafka.settings.PassThrough;
import io.lowtide.kafka.settings.SettingsDefinition;
import io.lowtide.kafka.settings.Validators;
import io.lowtide.kafka.topic.DefaultTopics;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.streams.StreamsConfig;

/** Every setting: its name, type, default, what it is, and what is expected of it. */
final class SettingDefinitions {

  static final String DETECTOR = "detector";
  static final String SOURCE_TOPICS = "source.topics";
  static final String SOURCE_VALUE_SERDE = "source.value.serde";
  static final String ALERTS_TOPIC = "alerts.topic";
  static final String EPISODES_TOPIC = "episodes.topic";
  static final String DRIFT_TOPIC = "drift.topic";
  static final String SCORES_TOPIC = "scores.topic";
  static final String DEAD_LETTER_TOPIC = "dead.letter.topic";
  static final String MODELS_TOPIC = "models.topic";
  static final String TOPICS_CREATE = "topics.create";
  static final String ALERT_BUDGET = "alert.budget";
  static final String CALIBRATION_WINDOW = "calibration.window";
  static final String SUPPRESSION_WINDOW = "suppression.window";
  static final String EXPLANATION_SHARE = "explanation.time.share";
  static final String SHADOW_SHARE = "shadow.time.share";
  static final String SHADOW_IN_SCORES = "shadow.in.scores";
  static final String EPISODE_SILENCE = "episode.silence";
  static final String EPISODE_LIMIT = "episode.limit";
  static final String UNSCORABLE_LIMIT = "unscorable.limit";
  static final String DRIFT_FALSE_ALARM_RECORDS = "drift.false.alarm.records";
  static final String DRIFT_TOLERANCE = "drift.tolerance";
  static final String DRIFT_SPAN = "drift.span";
  static final String DRIFT_GROUP_FIELD = "drift.group.field";
  static final String DRIFT_GROUP_LIMIT = "drift.group.limit";
  static final String HISTORY_RETENTION = "history.retention";
  static final String MODEL_FIT_WINDOW = "model.fit.window";
  static final String MODEL_MISFIT_LIMIT = "model.misfit.limit";
  static final String APPLICATION_ID = "application.id";
  static final String THREADS = "threads";
  static final String STATE_DIRECTORY = "state.directory";
  static final String HTTP_HOST = "http.host";
  static final String HTTP_PORT = "http.port";
  static final String PAGE = "page";
  static final String PAGE_CONNECTIONS = "page.connections";
  static final String PAGE_SCORES_PER_SECOND = "page.scores.per.second";
  static final String PAGE_HOSTS = "page.hosts";
  static final String RETRY_BACKOFF = "retry.backoff";
  static final String RETRY_BACKOFF_MAXIMUM = "retry.backoff.maximum";
  static final String RETRY_LIMIT = "retry.limit";
  static final String SHUTDOWN_TIMEOUT = "shutdown.timeout";

  /** How the false-alarm budget is stated. */
  static final BudgetSettings BUDGET = new BudgetSettings(ALERT_BUDGET);

  /** Settings of Kafka Streams that have a name of their own here. */
  private static final Map<String, String> OWN_NAMES =
      Map.of(
          StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, ConnectionSettings.BOOTSTRAP_SERVERS,
          StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION_ID,
          StreamsConfig.NUM_STREAM_THREADS_CONFIG, THREADS,
          StreamsConfig.STATE_DIR_CONFIG, STATE_DIRECTORY);

  /** Handlers that go on after a fault would drop the record that waits for an outage to end. */
  private static final Set<String> HANDLERS =
      Set.of(
          StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
          StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG,
          StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
          // The deprecated names of the same, which Kafka Streams still follows.
          "default.production.exception.handler",
          "default.deserialization.exception.handler");

  /** Every setting, in the order of the documentation. */
  static final SettingsDefinition ALL =
      SettingsDefinition.complete(
          SettingsDefinition.ENVIRONMENT_PREFIX,
          define(ConnectionSettings.definition()),
          new PassThrough(ConnectionSettings.KAFKA_PREFIX, SettingDefinitions::objectionToKafka),
          ConnectionSettings.registryPassThrough());

  private SettingDefinitions() {}

  private static ConfigDef define(ConfigDef connection) {
    return defineOperation(BUDGET.defineRate(defineDetection(connection)));
  }

  /** Why a setting of Kafka Streams is not for the user to set. */
  private static Optional<String> objectionToKafka(String name) {
    if (HANDLERS.contains(name)) {
      return Optional.of(
          "not to be set; this application handles every fault itself, so that no record is lost");
    }
    return Optional.ofNullable(OWN_NAMES.get(name)).map(ConnectionSettings::hasOwnName);
  }

  private static ConfigDef defineDetection(ConfigDef definition) {
    return definition
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
            DefaultTopics.ALERTS,
            Validators.topic(),
            Importance.HIGH,
            "Topic that receives an AnomalyAlert for every record found improbable.")
        .define(
            EPISODES_TOPIC,
            Type.STRING,
            DefaultTopics.EPISODES,
            Validators.topicOrEmpty(),
            Importance.HIGH,
            "Topic that receives an Episode when one is opened, gets worse, is closed or reopened;"
                + " empty: none. One that is created here is compacted, and forgets after the"
                + " broker's retention.")
        .define(
            DRIFT_TOPIC,
            Type.STRING,
            DefaultTopics.DRIFT,
            Validators.topicOrEmpty(),
            Importance.HIGH,
            "Topic that receives a DriftEvent when the records begin to differ from those that the"
                + " model was calibrated on, and when they no longer do; empty: none, and drift is"
                + " not watched.")
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
            DefaultTopics.DEAD_LETTERS,
            Validators.topic(),
            Importance.HIGH,
            "Topic that receives, byte for byte, every record that cannot be scored, with the"
                + " cause in its headers. One that is created here has room for the largest source"
                + " record; on one with less, larger records are cut.")
        .define(
            MODELS_TOPIC,
            Type.STRING,
            DefaultTopics.MODELS,
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
                + " model's own.");
  }

  private static ConfigDef defineOperation(ConfigDef definition) {
    return definition
        .define(
            CALIBRATION_WINDOW,
            Type.INT,
            0,
            Range.between(0, FollowingCalibration.LARGEST_WINDOW),
            Importance.MEDIUM,
            "Records of each source partition that p-values are ranked among as they come, so that"
                + " the calibration follows what is normal; until there are so many, the model's"
                + " calibration records stand in for the rest. At least 1 / budget. 0: the model's"
                + " calibration, always.")
        .define(
            SUPPRESSION_WINDOW,
            Type.STRING,
            "PT5M",
            Validators.duration(Duration.ZERO),
            Importance.MEDIUM,
            "Alerts less than this away in event time, before or after, from a published alert of"
                + " the same key that is of the same level or a higher one are withheld. PT0S:"
                + " never.")
        .define(
            EXPLANATION_SHARE,
            Type.DOUBLE,
            0.05,
            Range.between(0.0, 1.0),
            Importance.MEDIUM,
            "Share of its time that a stream thread may spend on explanations of alerts; a"
                + " quarter of a second's worth is saved up. Beyond it alerts go out at once, with a brief"
                + " explanation. 0: all are brief. 1: none is.")
        .define(
            SHADOW_SHARE,
            Type.DOUBLE,
            0.2,
            Range.between(0.0, 1.0),
            Importance.MEDIUM,
            "Share of its time that a stream thread may spend on scores of a challenger beside the"
                + " model in use; a quarter of a second's worth is saved up. Beyond it records are"
                + " skipped in the comparison. 0: none is compared.")
        .define(
            SHADOW_IN_SCORES,
            Type.BOOLEAN,
            false,
            Importance.LOW,
            "Whether a ScoredRecord carries what the challenger has found, too.")
        .define(
            EPISODE_SILENCE,
            Type.STRING,
            "PT15M",
            Validators.duration(Duration.ofSeconds(1)),
            Importance.MEDIUM,
            "An anomaly up to this far in event time from an open episode of its key belongs to it."
                + " An episode is closed when the event time of its partition has gone on for"
                + " longer without another one, or when the partition has been silent for as long.")
        .define(
            EPISODE_LIMIT,
            Type.INT,
            10_000,
            Range.between(1, 1_000_000),
            Importance.LOW,
            "Most episodes open at once for each source partition; beyond it the one that was"
                + " longest without an anomaly is closed. Each takes some kilobytes of heap.")
        .define(
            UNSCORABLE_LIMIT,
            Type.DOUBLE,
            0.1,
            Validators.share(),
            Importance.MEDIUM,
            "Share of a partition's records without a score, among some 100, from which on they are"
                + " an episode. It is closed below half of it. 1: never.")
        .define(
            DRIFT_FALSE_ALARM_RECORDS,
            Type.DOUBLE,
            1e7,
            Range.between(DriftSettings.LEAST_FALSE_ALARM_RECORDS, 1e15),
            Importance.MEDIUM,
            "Without drift one is told of at most once in so many records of the detector, on"
                + " average. More of them make a drift be seen a little later.")
        .define(
            DRIFT_TOLERANCE,
            Type.DOUBLE,
            0.02,
            Range.between(0.0, 0.5),
            Importance.MEDIUM,
            "Share of the records that may be anything without being drift: anomalies, or a change"
                + " too small to matter. Less than the usual share of anomalies makes these a"
                + " drift.")
        .define(
            DRIFT_SPAN,
            Type.STRING,
            "PT10M",
            Validators.duration(Duration.ZERO),
            Importance.MEDIUM,
            "Drift must go on in event time for as long, more or less: what is over before, such as"
                + " an incident on many keys at once, is none.")
        .define(
            DRIFT_GROUP_FIELD,
            Type.STRING,
            "",
            Validators.fieldOrEmpty(),
            Importance.LOW,
            "Field of the source records by whose values drift is watched besides, each value for"
                + " itself, such as a site or a product; dots descend into nested records. Empty:"
                + " none.")
        .define(
            DRIFT_GROUP_LIMIT,
            Type.INT,
            100,
            Range.between(1, 10_000),
            Importance.LOW,
            "Most such values in each source partition; those that come later are watched with all"
                + " records only. Each takes some 30 kB of heap.")
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
            MODEL_FIT_WINDOW,
            Type.INT,
            100,
            Range.between(1, 1_000_000),
            Importance.LOW,
            "Records after which it is judged whether a model fits them, again and again.")
        .define(
            MODEL_MISFIT_LIMIT,
            Type.DOUBLE,
            0.5,
            Validators.share(),
            Importance.LOW,
            "Largest share of a window's records that may lack a field of the model, or have it of"
                + " another type. Above it the application is not ready; a new model is taken back"
                + " if the last good one can read those records. 1: no limit.")
        .define(
            APPLICATION_ID,
            Type.STRING,
            "",
            Validators.identifierOrEmpty(),
            Importance.MEDIUM,
            "Name of the consumer group, and prefix of internal topics and transactions. Instances"
                + " of the same name share the work, and must have the same source.topics: those of"
                + " one alone are not read, and one that sees the others read what it does not name"
                + " is not ready. Empty: lowtide-DETECTOR.")
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
            "Address that the page, /metrics, /health/live and /health/ready are served on.")
        .define(
            HTTP_PORT,
            Type.INT,
            8085,
            Range.between(0, 65535),
            Importance.MEDIUM,
            "Port of the same. 0: any free one.")
        .define(
            PAGE,
            Type.STRING,
            PageSettings.Serving.LOOPBACK.text(),
            ConfigDef.ValidString.in(PageSettings.Serving.texts()),
            Importance.MEDIUM,
            "Where the page is served, which shows keys and values of records to whoever opens it:"
                + " if http.host is of loopback, always, or never.")
        .define(
            PAGE_CONNECTIONS,
            Type.INT,
            20,
            Range.between(1, 1_000),
            Importance.LOW,
            "Pages that may be open at once, in this instance.")
        .define(
            PAGE_SCORES_PER_SECOND,
            Type.INT,
            20_000,
            Range.between(1, 1_000_000),
            Importance.LOW,
            "Scores that are read in a second for the pages that are open. Where more come, some"
                + " are left out, and the page says how many.")
        .define(
            PAGE_HOSTS,
            Type.LIST,
            "",
            Validators.hostsOrEmpty(),
            Importance.LOW,
            "Names that browsers may ask for the page under, besides those of loopback, such as"
                + " that of a proxy in front of it. Empty: elsewhere than on loopback, any.")
        .define(
            RETRY_BACKOFF,
            Type.STRING,
            "PT0.1S",
            Validators.duration(Duration.ofMillis(1)),
            Importance.LOW,
            "Wait before a transient fault (such as a schema registry that is away) is retried;"
                + " doubles with each repetition. At most retry.backoff.maximum.")
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
                + " records back and starts again from the last commit, and waits for up to 20 s at"
                + " a time. Less than Kafka's transaction.timeout.ms and max.poll.interval.ms.")
        .define(
            SHUTDOWN_TIMEOUT,
            Type.STRING,
            "PT20S",
            Validators.duration(Duration.ofSeconds(1)),
            Importance.LOW,
            "How long a shutdown may take.");
  }
}
