package io.lowtide.trainer.retrain;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.feature.FieldText;
import io.lowtide.kafka.alert.AlertReader;
import io.lowtide.kafka.feedback.FeedbackTopic;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.SourceDeserializers;
import io.lowtide.kafka.topic.RecordWindow;
import io.lowtide.kafka.topic.TopicException;
import io.lowtide.kafka.topic.TopicSpan;
import io.lowtide.schemas.Feedback;
import io.lowtide.schemas.FeedbackVerdict;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.LabelledTable;
import io.lowtide.trainer.data.ReadingOptions;
import io.lowtide.trainer.data.RecordFiles;
import io.lowtide.trainer.data.RecordPositions;
import io.lowtide.trainer.data.RecordSource;
import io.lowtide.trainer.data.TableSelection;
import io.lowtide.trainer.data.TopicRecords;
import io.lowtide.trainer.feature.FeaturePlan;
import io.lowtide.trainer.feature.FeaturePlanFile;
import io.lowtide.trainer.feature.PlanInference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the records of a run, from topics or files, and says what their fields are taken for. */
final class RunSource {

  private static final Logger LOG = LoggerFactory.getLogger(RunSource.class);

  private final RetrainSettings settings;
  private final SchemaRegistry registry;
  private final Optional<ModelBundle> champion;
  private final Optional<Instant> since;

  /**
   * @param since where the records of topics begin, in the place of what the settings say
   */
  RunSource(
      RetrainSettings settings,
      SchemaRegistry registry,
      Optional<ModelBundle> champion,
      Optional<Instant> since) {
    this.settings = settings;
    this.registry = registry;
    this.champion = champion;
    this.since = since;
  }

  /**
   * Reads the records.
   *
   * @param now end of a window that has none of its own
   * @throws DataException if they cannot be used
   */
  RunRecords read(Instant now) {
    if (settings.sourceTopics().isEmpty()) {
      return read(RecordFiles.of(settings.data(), readingOptions()), false);
    }
    RecordWindow window =
        since
            .<RecordWindow>map(from -> new RecordWindow.Times(from, now))
            .orElseGet(() -> settings.window(now));
    String name =
        (settings.sourceTopics().size() == 1 ? "topic " : "topics ")
            + String.join(", ", settings.sourceTopics())
            + ", "
            + window.text();
    RecordPositions anomalies =
        settings.withoutFeedback() ? toldAnomalies() : new RecordPositions();
    RecordPositions alerted = settings.withoutAlerts() ? alerted() : new RecordPositions();
    try (TopicSpan span =
        new TopicSpan(settings.connection().clientProperties(), settings.sourceTopics(), window)) {
      LOG.info("Reading {} of {}", settings.detector(), name);
      return read(
          TopicRecords.of(
              name,
              span,
              SourceDeserializers.of(settings.sourceValueSerde(), settings.connection(), registry),
              anomalies,
              alerted,
              readingOptions()),
          true);
    }
  }

  private ReadingOptions readingOptions() {
    return new ReadingOptions(
        Optional.empty(), Optional.empty(), Optional.empty(), texts(champion), Optional.empty());
  }

  /** Positions of the records that the detector raised an alert for; none without the topic. */
  private RecordPositions alerted() {
    RecordPositions positions = new RecordPositions();
    try (AlertReader alerts = new AlertReader(settings.connection(), settings.alertsTopic())) {
      alerts.read(
          false,
          Long.MAX_VALUE,
          alert -> {
            if (alert.getDetector().equals(settings.detector())) {
              positions.add(
                  alert.getSource().getTopic(),
                  alert.getSource().getPartition(),
                  alert.getSource().getOffset());
            }
          });
    } catch (TopicException e) {
      LOG.warn("No alert is left out: {}", e.getMessage());
    }
    return positions;
  }

  /** What people called anomalies: records, and all of a key's during an episode. */
  private RecordPositions toldAnomalies() {
    RecordPositions positions = new RecordPositions();
    int told = 0;
    for (Feedback feedback :
        new FeedbackTopic(settings.connection(), settings.feedbackTopic()).latest()) {
      if (feedback.getDetector().equals(settings.detector())
          && feedback.getVerdict() == FeedbackVerdict.ANOMALY) {
        told++;
        positions.add(
            feedback.getSource().getTopic(),
            feedback.getSource().getPartition(),
            feedback.getSource().getOffset());
        if (feedback.getEpisode()) {
          positions.add(feedback.getKey(), feedback.getFirstSeen(), feedback.getLastSeen());
        }
      }
    }
    if (told > 0) {
      LOG.info("{} alerts and episodes that people called anomalies: left out", told);
    }
    return positions;
  }

  /**
   * @param marksAreAlerts whether what is marked as an anomaly is still one of the records, as it
   *     is where an alert and not a person says so
   */
  private RunRecords read(RecordSource source, boolean marksAreAlerts) {
    List<String> available = source.columns(settings.label());
    TableSelection selection = selection(available);
    LabelledTable read = source.read(selection, settings.sampling(), settings.key());
    if (marksAreAlerts) {
      return new RunRecords(read.table(), read.anomalous(), source.tally().orElseThrow());
    }
    LabelledTable normal =
        new LabelledTable(read.normal(), new boolean[read.normal().size()], read.notes());
    return new RunRecords(normal.table(), normal.anomalous(), source.tally().orElseThrow());
  }

  private TableSelection selection(List<String> available) {
    settings
        .key()
        .filter(name -> !available.contains(name))
        .ifPresent(
            name -> {
              throw new DataException(
                  RetrainSettingDefinitions.KEY
                      + ": no field \""
                      + name
                      + "\", expected one of "
                      + available);
            });
    Optional<FeaturePlan> plan = statedPlan(available);
    if (plan.isEmpty() && champion.isEmpty()) {
      return new TableSelection(List.of(), settings.label());
    }
    Set<String> columns = new LinkedHashSet<>();
    Set<String> texts = new HashSet<>();
    Set<String> numbers = new HashSet<>();
    Set<FeatureInput> history = new LinkedHashSet<>();
    List<FeaturePlan> plans = new ArrayList<>();
    plan.ifPresent(plans::add);
    champion.ifPresent(model -> plans.add(FeaturePlan.of(model.record().getFeatures())));
    for (FeaturePlan one : plans) {
      TableSelection selection = one.selectionWithHistory(settings.label(), settings.key());
      columns.addAll(selection.columns());
      texts.addAll(selection.texts());
      numbers.addAll(selection.numbers());
      history.addAll(selection.history());
    }
    List<String> gone = columns.stream().filter(name -> !available.contains(name)).toList();
    if (!gone.isEmpty()) {
      LOG.warn("Fields of the champion that the records no longer have: {}", gone);
      columns.removeAll(gone);
      history.removeIf(input -> gone.contains(input.field()));
    }
    numbers.removeAll(texts);
    List<String> unknown = available.stream().filter(name -> !columns.contains(name)).toList();
    if (!unknown.isEmpty()) {
      LOG.info(
          "Fields that take no part: {}; {} says otherwise",
          unknown,
          RetrainSettingDefinitions.FEATURES);
    }
    return new TableSelection(
        List.copyOf(columns), settings.label(), texts, numbers, List.copyOf(history));
  }

  private Optional<FeaturePlan> statedPlan(List<String> available) {
    return statedPlan(settings, texts(champion), available);
  }

  private static FieldText texts(Optional<ModelBundle> champion) {
    return champion.map(model -> model.encoder().texts()).orElse(FieldText.USUAL);
  }

  private static Optional<FeaturePlan> statedPlan(
      RetrainSettings settings, FieldText texts, List<String> available) {
    return settings
        .features()
        .map(
            file -> {
              try {
                return FeaturePlanFile.read(file, available).withMissingTexts(texts.missingTexts());
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  /** What the fields of the records of a run are taken for. */
  static FeaturePlan plan(
      RetrainSettings settings, RunRecords records, Optional<ModelBundle> champion) {
    List<String> columns = records.table().columns();
    return statedPlan(settings, texts(champion), columns)
        .or(
            () ->
                champion.map(
                    model -> FeaturePlan.of(model.record().getFeatures()).restrictedTo(columns)))
        .orElseGet(
            () ->
                PlanInference.plan(PlanInference.fields(records.table(), settings.key()))
                    .withMissingTexts(texts(champion).missingTexts()));
  }
}
