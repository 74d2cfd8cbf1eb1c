package io.lowtide.trainer.retrain;

import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.serde.AvroSerde;
import io.lowtide.kafka.settings.PassThrough;
import io.lowtide.kafka.settings.SettingsDefinition;
import io.lowtide.kafka.settings.Validators;
import io.lowtide.kafka.topic.DefaultTopics;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidList;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/** Every setting of retraining: its name, type, default, what it is, and what is expected of it. */
final class RetrainSettingDefinitions {

  static final String DETECTOR = "detector";
  static final String SOURCE_TOPICS = "source.topics";
  static final String SOURCE_VALUE_SERDE = "source.value.serde";
  static final String MODELS_TOPIC = "models.topic";
  static final String ALERTS_TOPIC = "alerts.topic";
  static final String FEEDBACK_TOPIC = "feedback.topic";
  static final String WITHOUT_FEEDBACK = "retrain.without.feedback";
  static final String RUNS_TOPIC = "runs.topic";
  static final String DRIFT_TOPIC = "drift.topic";
  static final String DRIFT_WAIT = "retrain.drift.wait";
  static final String DRIFT_COOLDOWN = "retrain.drift.cooldown";
  static final String DRIFT_LONGEST_COOLDOWN = "retrain.drift.cooldown.longest";
  static final String DRIFT_RECORDS = "retrain.drift.records";
  static final String DATA = "retrain.data";
  static final String LABEL = "retrain.label";
  static final String KEY = "retrain.key";
  static final String FEATURES = "retrain.features";
  static final String LAST = "retrain.last";
  static final String FROM = "retrain.from";
  static final String TO = "retrain.to";
  static final String WITHOUT_ALERTS = "retrain.without.alerts";
  static final String SAMPLE_RECORDS = "retrain.sample.records";
  static final String SAMPLE = "retrain.sample";
  static final String HELD_OUT = "retrain.held.out";
  static final String CHALLENGERS = "retrain.challengers";
  static final String WARM_ITERATIONS = "retrain.warm.iterations";
  static final String MARGIN = "retrain.margin";
  static final String STANDARD_ERRORS = "retrain.standard.errors";
  static final String RATE_FACTOR = "retrain.calibration.rate.factor";
  static final String PUBLISH_AS = "retrain.publish.as";
  static final String VERSIONS_KEPT = "retrain.versions.kept";
  static final String DISTANCE = "retrain.calibration.distance";

  /** Settings of training are under this prefix. */
  static final String TRAINING_PREFIX = "training.";

  /** What a stream application's file holds beside these is not looked at. */
  static final SettingsDefinition ALL =
      SettingsDefinition.amongOthers(
          SettingsDefinition.ENVIRONMENT_PREFIX,
          defineDecision(defineRecords(defineSource(ConnectionSettings.definition()))),
          new PassThrough(
              ConnectionSettings.KAFKA_PREFIX,
              name ->
                  name.equals(ConnectionSettings.BOOTSTRAP_SERVERS)
                      ? Optional.of(
                          ConnectionSettings.hasOwnName(ConnectionSettings.BOOTSTRAP_SERVERS))
                      : Optional.empty()),
          ConnectionSettings.registryPassThrough(),
          PassThrough.all(TRAINING_PREFIX));

  private RetrainSettingDefinitions() {}

  private static ConfigDef defineSource(ConfigDef definition) {
    return definition
        .define(
            DETECTOR,
            Type.STRING,
            ConfigDef.NO_DEFAULT_VALUE,
            Validators.identifier(),
            Importance.HIGH,
            "Name of the detector whose champion is challenged.")
        .define(
            SOURCE_TOPICS,
            Type.LIST,
            "",
            Validators.topicsOrNone(),
            Importance.HIGH,
            "Topics whose records are trained on, as those of the stream. Empty: retrain.data has"
                + " the records.")
        .define(
            SOURCE_VALUE_SERDE,
            Type.CLASS,
            AvroSerde.class,
            Validators.serde(),
            Importance.MEDIUM,
            "Kafka Serde class that reads the source records, as that of the stream.")
        .define(
            MODELS_TOPIC,
            Type.STRING,
            DefaultTopics.MODELS,
            Validators.topic(),
            Importance.HIGH,
            "Compacted topic that model bundles are published on.")
        .define(
            ALERTS_TOPIC,
            Type.STRING,
            DefaultTopics.ALERTS,
            Validators.topic(),
            Importance.MEDIUM,
            "Topic of the alerts, for retrain.without.alerts.")
        .define(
            FEEDBACK_TOPIC,
            Type.STRING,
            DefaultTopics.FEEDBACK,
            Validators.topic(),
            Importance.MEDIUM,
            "Topic of what people say of alerts and episodes, for the report and"
                + " retrain.without.feedback.")
        .define(
            DRIFT_TOPIC,
            Type.STRING,
            DefaultTopics.DRIFT,
            Validators.topic(),
            Importance.MEDIUM,
            "Topic that the stream tells of drift on, for --on-drift.")
        .define(
            RUNS_TOPIC,
            Type.STRING,
            DefaultTopics.TRAINING_RUNS,
            Validators.topic(),
            Importance.MEDIUM,
            "Topic that receives a TrainingRun for every run, whatever was decided; created if"
                + " missing, with one partition and without an end of its retention.");
  }

  private static ConfigDef defineRecords(ConfigDef definition) {
    return defineDrift(definition)
        .define(
            DATA,
            Type.LIST,
            "",
            RetrainValidators.text("files or folders, separated by commas, or empty"),
            Importance.MEDIUM,
            "Files or folders to train on in the place of source.topics, separated by commas; the"
                + " newest records last.")
        .define(
            LABEL,
            Type.STRING,
            "",
            RetrainValidators.text("a column, or empty"),
            Importance.LOW,
            "Column of such files that marks anomalies, which take no part.")
        .define(
            KEY,
            Type.STRING,
            "",
            RetrainValidators.text("a field, or empty"),
            Importance.LOW,
            "Field whose value is the key whose past records count, where a model asks for them."
                + " Empty: the message key; in files all records are of one key.")
        .define(
            FEATURES,
            Type.STRING,
            "",
            RetrainValidators.text("a file, or empty"),
            Importance.MEDIUM,
            "File that says what each field is taken for, as `lowtide features` writes it. Empty:"
                + " what the champion takes it for; without a champion, what it looks like.")
        .define(
            LAST,
            Type.STRING,
            "P7D",
            RetrainValidators.durationOrCount(),
            Importance.HIGH,
            "Which records of the topics: those of so long before now, such as P7D or PT12H, or a"
                + " number, the last so many.")
        .define(
            FROM,
            Type.STRING,
            "",
            RetrainValidators.instantOrEmpty(),
            Importance.MEDIUM,
            "Earliest timestamp, such as 2026-03-01T00:00:00Z, in the place of retrain.last.")
        .define(
            TO,
            Type.STRING,
            "",
            RetrainValidators.instantOrEmpty(),
            Importance.MEDIUM,
            "First timestamp that is too late, with retrain.from. Empty: now.")
        .define(
            WITHOUT_ALERTS,
            Type.BOOLEAN,
            false,
            Importance.MEDIUM,
            "Whether records of which alerts.topic holds an alert take no part in the fit. They stay"
                + " in the calibration: most alerts of a good model are its budget of false ones.")
        .define(
            WITHOUT_FEEDBACK,
            Type.BOOLEAN,
            true,
            Importance.MEDIUM,
            "Whether records that people called anomalies (feedback.topic) have no part in anything;"
                + " of an episode, all records of its key from its first to its last.")
        .define(
            SAMPLE_RECORDS,
            Type.INT,
            100_000,
            Range.atLeast(100),
            Importance.MEDIUM,
            "Records to train and compare on at most; where there are more, a sample of them, the"
                + " same for the same training.seed.")
        .define(
            SAMPLE,
            Type.STRING,
            "uniform",
            ValidString.in("uniform", "time"),
            Importance.LOW,
            "How they are chosen: each as likely as any other, or equally many of each slice of"
                + " time, so that busy hours do not crowd out quiet ones. Files have no times.");
  }

  private static ConfigDef defineDrift(ConfigDef definition) {
    return definition
        .define(
            DRIFT_WAIT,
            Type.STRING,
            "PT1H",
            RetrainValidators.anyDuration(),
            Importance.MEDIUM,
            "With --on-drift: how long after drift began it is answered, at the least, so that there"
                + " are records of what is normal now.")
        .define(
            DRIFT_COOLDOWN,
            Type.STRING,
            "PT1H",
            RetrainValidators.anyDuration(),
            Importance.MEDIUM,
            "With --on-drift: how long after the start of a run, of whatever cause, another one"
                + " answers drift, at the least; while a drift goes on it is answered again and"
                + " again, after twice as long each time that nothing was published.")
        .define(
            DRIFT_LONGEST_COOLDOWN,
            Type.STRING,
            "P1D",
            RetrainValidators.anyDuration(),
            Importance.LOW,
            "With --on-drift: the longest that retrain.drift.cooldown grows to.")
        .define(
            DRIFT_RECORDS,
            Type.STRING,
            "since",
            ValidString.in("since", "all"),
            Importance.MEDIUM,
            "With --on-drift: the records that drift is answered by, those since it began, or all"
                + " that retrain.last or retrain.from says.");
  }

  private static ConfigDef defineDecision(ConfigDef definition) {
    return definition
        .define(
            HELD_OUT,
            Type.DOUBLE,
            0.2,
            Range.between(0.02, 0.5),
            Importance.MEDIUM,
            "Share of the records, the newest, that no challenger sees and all models are compared"
                + " on.")
        .define(
            CHALLENGERS,
            Type.LIST,
            "recalibrated,warm",
            ValidList.in(labels()),
            Importance.HIGH,
            "Models that challenge the champion, separated by commas: recalibrated, its flow with a"
                + " new calibration, which takes seconds; warm, a fit that begins with its"
                + " parameters; scratch, a fit that begins with nothing. Without a champion,"
                + " scratch.")
        .define(
            WARM_ITERATIONS,
            Type.INT,
            500,
            Range.atLeast(1),
            Importance.MEDIUM,
            "Parameter updates of a warm start at most, in the place of training.iterations.")
        .define(
            MARGIN,
            Type.DOUBLE,
            0.02,
            Range.between(0, 1000),
            Importance.HIGH,
            "Nats per record by which a challenger has to find the newest records more probable than"
                + " the champion does.")
        .define(
            STANDARD_ERRORS,
            Type.DOUBLE,
            2,
            Range.between(0, 100),
            Importance.MEDIUM,
            "Standard errors by which the gain has to be above retrain.margin.")
        .define(
            RATE_FACTOR,
            Type.DOUBLE,
            2,
            Range.between(1, 1000),
            Importance.HIGH,
            "A model is out of calibration where it flags more than so many times its budget of the"
                + " newest records, or less than the budget divided by it, and chance does not"
                + " explain that. Where training.contamination says that a share c of them may be"
                + " anomalies, budget (1 - c) + c stands for the budget above, and budget (1 - c)"
                + " below.")
        .define(
            DISTANCE,
            Type.DOUBLE,
            0.1,
            Range.between(0, 1),
            Importance.MEDIUM,
            "A model is out of calibration, too, where its p-values on the newest records are so far"
                + " from uniform (Kolmogorov-Smirnov distance), training.contamination left out, and"
                + " chance does not explain that.")
        .define(
            PUBLISH_AS,
            Type.STRING,
            "champion",
            ValidString.in("champion", "challenger"),
            Importance.HIGH,
            "What a challenger that won becomes: the champion, which running detectors use at once; or"
                + " the challenger on the models topic, which waits for `lowtide models promote`.")
        .define(
            VERSIONS_KEPT,
            Type.INT,
            10,
            Range.atLeast(1),
            Importance.LOW,
            "Earlier versions that the models topic keeps, to go back to; older ones are deleted when"
                + " a run publishes a champion.");
  }

  private static String[] labels() {
    List<String> labels = Arrays.stream(Challenger.values()).map(Challenger::label).toList();
    return labels.toArray(String[]::new);
  }
}
