package io.lowtide.trainer.retrain;

import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.model.ModelRole;
import io.lowtide.kafka.settings.Settings;
import io.lowtide.kafka.settings.SettingsException;
import io.lowtide.kafka.settings.SettingsSources;
import io.lowtide.kafka.topic.RecordWindow;
import io.lowtide.trainer.data.Sampling;
import io.lowtide.trainer.fit.ReportedSettings;
import io.lowtide.trainer.fit.TrainingSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** How a detector is retrained, checked. */
public final class RetrainSettings {

  /** Setting that says what a challenger that won becomes. */
  public static final String PUBLISH_AS = RetrainSettingDefinitions.PUBLISH_AS;

  /** They say how to reach something, and may hold secrets. */
  private static final List<String> OF_CONNECTIONS =
      List.of(ConnectionSettings.BOOTSTRAP_SERVERS, ConnectionSettings.SCHEMA_REGISTRY_URL);

  private final Settings settings;
  private final ConnectionSettings connection;
  private final TrainingSettings training;

  private RetrainSettings(
      Settings settings, ConnectionSettings connection, TrainingSettings training) {
    this.settings = settings;
    this.connection = connection;
    this.training = training;
  }

  /**
   * Checks and adopts settings; what is not named has its default. Those of training are under
   * {@code training.}, and in the environment where training looks for them.
   *
   * @throws SettingsException if a value is missing or invalid, or two contradict each other
   */
  public static RetrainSettings of(SettingsSources sources) {
    Settings checked = RetrainSettingDefinitions.ALL.check(sources);
    TrainingSettings training =
        TrainingSettings.of(
            SettingsSources.none()
                .withEnvironment(System.getenv())
                .with(
                    checked.under(RetrainSettingDefinitions.TRAINING_PREFIX),
                    "settings under " + RetrainSettingDefinitions.TRAINING_PREFIX));
    RetrainSettings adopted =
        new RetrainSettings(checked, ConnectionSettings.of(checked), training);
    List<String> contradictions = adopted.contradictions();
    if (!contradictions.isEmpty()) {
      throw new SettingsException(contradictions);
    }
    return adopted;
  }

  /**
   * Settings as {@link #asMap} tells them, which reach nothing.
   *
   * @throws SettingsException if they cannot be read
   */
  static RetrainSettings ofReport(Map<String, String> reported) {
    Map<String, String> written = ReportedSettings.asWritten(reported);
    // An end of the window is not told apart from its default, and does not matter by then.
    written.remove(RetrainSettingDefinitions.FROM);
    written.remove(RetrainSettingDefinitions.TO);
    written.remove(RetrainSettingDefinitions.LAST);
    return of(
        SettingsSources.none()
            .with(written, "report")
            .with(
                Map.of(
                    ConnectionSettings.BOOTSTRAP_SERVERS,
                    "none:1",
                    ConnectionSettings.SCHEMA_REGISTRY_URL,
                    "http://none"),
                "report"));
  }

  private List<String> contradictions() {
    List<String> problems = new ArrayList<>();
    if (sourceTopics().isEmpty() == data().isEmpty()) {
      problems.add(
          RetrainSettingDefinitions.SOURCE_TOPICS
              + " "
              + sourceTopics()
              + " and "
              + RetrainSettingDefinitions.DATA
              + " "
              + data()
              + ": expected one of them");
    }
    String from = text(RetrainSettingDefinitions.FROM);
    String to = text(RetrainSettingDefinitions.TO);
    if (from.isEmpty() && !to.isEmpty()) {
      problems.add(
          RetrainSettingDefinitions.TO
              + ": "
              + to
              + " without "
              + RetrainSettingDefinitions.FROM
              + ", expected both");
    }
    if (!from.isEmpty() && !to.isEmpty() && !Instant.parse(from).isBefore(Instant.parse(to))) {
      problems.add(RetrainSettingDefinitions.TO + ": " + to + ", expected a time after " + from);
    }
    if (!from.isEmpty() && settings.isWritten(RetrainSettingDefinitions.LAST)) {
      problems.add(
          RetrainSettingDefinitions.FROM
              + " and "
              + RetrainSettingDefinitions.LAST
              + ": expected one of them");
    }
    if (withoutAlerts() && !data().isEmpty()) {
      problems.add(
          RetrainSettingDefinitions.WITHOUT_ALERTS
              + ": true with "
              + RetrainSettingDefinitions.DATA
              + ", expected "
              + RetrainSettingDefinitions.SOURCE_TOPICS
              + ": alerts name positions on topics");
    }
    if (!text(RetrainSettingDefinitions.LABEL).isEmpty() && data().isEmpty()) {
      problems.add(
          RetrainSettingDefinitions.LABEL
              + ": expected "
              + RetrainSettingDefinitions.DATA
              + " with it");
    }
    return problems;
  }

  /** Every setting with its value but those of connections: for reports, and to tell runs apart. */
  public Map<String, String> asMap() {
    Map<String, String> map = new TreeMap<>();
    settings
        .values()
        .values()
        .forEach(
            (name, value) -> {
              if (!OF_CONNECTIONS.contains(name)) {
                map.put(
                    name, value instanceof Class<?> type ? type.getName() : String.valueOf(value));
              }
            });
    training
        .asMap()
        .forEach((name, value) -> map.put(RetrainSettingDefinitions.TRAINING_PREFIX + name, value));
    return map;
  }

  private String text(String name) {
    return settings.values().getString(name).strip();
  }

  private Optional<String> optional(String name) {
    return Optional.of(text(name)).filter(value -> !value.isEmpty());
  }

  private List<String> list(String name) {
    return settings.values().getList(name).stream()
        .map(String::strip)
        .filter(value -> !value.isEmpty())
        .toList();
  }

  /** How to reach Kafka and the registry. */
  public ConnectionSettings connection() {
    return connection;
  }

  /** How challengers are fitted. */
  public TrainingSettings training() {
    return training;
  }

  public String detector() {
    return text(RetrainSettingDefinitions.DETECTOR);
  }

  public List<String> sourceTopics() {
    return list(RetrainSettingDefinitions.SOURCE_TOPICS);
  }

  public Class<?> sourceValueSerde() {
    return settings.values().getClass(RetrainSettingDefinitions.SOURCE_VALUE_SERDE);
  }

  public String modelsTopic() {
    return text(RetrainSettingDefinitions.MODELS_TOPIC);
  }

  public String alertsTopic() {
    return text(RetrainSettingDefinitions.ALERTS_TOPIC);
  }

  public String runsTopic() {
    return text(RetrainSettingDefinitions.RUNS_TOPIC);
  }

  /** Topic that the stream tells of drift on. */
  public String driftTopic() {
    return text(RetrainSettingDefinitions.DRIFT_TOPIC);
  }

  /** How long after drift began it is answered, at the least. */
  public Duration driftWait() {
    return RetrainValidators.duration(text(RetrainSettingDefinitions.DRIFT_WAIT));
  }

  /** How long after the start of a run another one answers drift. */
  DriftCooldown driftCooldown() {
    return new DriftCooldown(
        RetrainValidators.duration(text(RetrainSettingDefinitions.DRIFT_COOLDOWN)),
        RetrainValidators.duration(text(RetrainSettingDefinitions.DRIFT_LONGEST_COOLDOWN)));
  }

  /** Whether drift is answered by the records since it began. */
  public boolean trainsSinceDrift() {
    return text(RetrainSettingDefinitions.DRIFT_RECORDS).equals("since");
  }

  /** Files or folders in the place of topics. */
  public List<Path> data() {
    return list(RetrainSettingDefinitions.DATA).stream().map(Path::of).toList();
  }

  public Optional<String> label() {
    return optional(RetrainSettingDefinitions.LABEL);
  }

  public Optional<String> key() {
    return optional(RetrainSettingDefinitions.KEY);
  }

  /** File that says what each field is taken for. */
  public Optional<Path> features() {
    return optional(RetrainSettingDefinitions.FEATURES).map(Path::of);
  }

  /**
   * Which records of the topics.
   *
   * @param now where a window ends that has no end of its own
   */
  public RecordWindow window(Instant now) {
    Optional<String> from = optional(RetrainSettingDefinitions.FROM);
    if (from.isPresent()) {
      return new RecordWindow.Times(
          Instant.parse(from.get()),
          optional(RetrainSettingDefinitions.TO).map(Instant::parse).orElse(now));
    }
    String last = text(RetrainSettingDefinitions.LAST);
    OptionalLong count = RetrainValidators.count(last);
    return count.isPresent()
        ? new RecordWindow.Last(count.getAsLong())
        : new RecordWindow.Times(now.minus(RetrainValidators.duration(last)), now);
  }

  public boolean withoutAlerts() {
    return settings.values().getBoolean(RetrainSettingDefinitions.WITHOUT_ALERTS);
  }

  public String feedbackTopic() {
    return text(RetrainSettingDefinitions.FEEDBACK_TOPIC);
  }

  /** Whether what people called anomalies is left out. */
  public boolean withoutFeedback() {
    return settings.values().getBoolean(RetrainSettingDefinitions.WITHOUT_FEEDBACK);
  }

  /** Which records to keep where there are more than asked for. */
  public Sampling sampling() {
    return new Sampling(
        settings.values().getInt(RetrainSettingDefinitions.SAMPLE_RECORDS),
        Sampling.Kind.valueOf(text(RetrainSettingDefinitions.SAMPLE).toUpperCase(Locale.ROOT)),
        training.seed());
  }

  /** Share of the records, the newest, that models are compared on. */
  public double heldOut() {
    return number(RetrainSettingDefinitions.HELD_OUT);
  }

  /** How the champion is challenged. */
  public List<Challenger> challengers() {
    return list(RetrainSettingDefinitions.CHALLENGERS).stream()
        .map(label -> Challenger.valueOf(label.toUpperCase(Locale.ROOT)))
        .distinct()
        .toList();
  }

  /** Whether a challenger that won waits to be promoted. */
  public boolean publishesAsChallenger() {
    return text(RetrainSettingDefinitions.PUBLISH_AS).equals(ModelRole.CHALLENGER.label());
  }

  /** Earlier versions that the models topic keeps. */
  public int versionsKept() {
    return settings.values().getInt(RetrainSettingDefinitions.VERSIONS_KEPT);
  }

  public int warmIterations() {
    return settings.values().getInt(RetrainSettingDefinitions.WARM_ITERATIONS);
  }

  Decision.Rule rule() {
    return new Decision.Rule(
        number(RetrainSettingDefinitions.MARGIN),
        number(RetrainSettingDefinitions.STANDARD_ERRORS));
  }

  CalibrationCheck.Limits limits() {
    return new CalibrationCheck.Limits(
        number(RetrainSettingDefinitions.RATE_FACTOR),
        number(RetrainSettingDefinitions.DISTANCE),
        training.contamination());
  }

  private double number(String name) {
    return settings.values().getDouble(name);
  }
}
