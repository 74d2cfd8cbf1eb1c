package io.lowtide.stream.config;

import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.DriftEvent;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.ScoredRecord;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.Schema;

/**
 * What the application publishes on a topic of its own. {@link StreamSettings#outputTopics} says
 * which of these are in force and on which topic; topics, schemas and sinks follow from that.
 */
public enum OutputTopic {
  /** An alert for every record found improbable. */
  ALERTS(SettingDefinitions.ALERTS_TOPIC, "alerts", Optional.of(AnomalyAlert.getClassSchema())),
  /** What is wrong with a key, and since when. */
  EPISODES(SettingDefinitions.EPISODES_TOPIC, "episodes", Optional.of(Episode.getClassSchema())),
  /** That records differ from those that the model was calibrated on, and since when. */
  DRIFT(SettingDefinitions.DRIFT_TOPIC, "drift", Optional.of(DriftEvent.getClassSchema())),
  /** The records that cannot be scored, as they came. */
  DEAD_LETTERS(SettingDefinitions.DEAD_LETTER_TOPIC, "dead-letters", Optional.empty()),
  /** The score of every record that has one. */
  SCORES(SettingDefinitions.SCORES_TOPIC, "scores", Optional.of(ScoredRecord.getClassSchema()));

  private final String setting;
  private final String sink;
  private final Optional<Schema> schema;

  OutputTopic(String setting, String sink, Optional<Schema> schema) {
    this.setting = setting;
    this.sink = sink;
    this.schema = schema;
  }

  /**
   * Settings that give an application topics of its own for all of these, beside others on a
   * broker.
   *
   * @param prefix that the names of the topics begin with
   */
  public static Map<String, String> named(String prefix) {
    Map<String, String> settings = new TreeMap<>();
    for (OutputTopic output : values()) {
      settings.put(output.setting, prefix + output.sink);
    }
    return settings;
  }

  /** Name of the setting that names the topic; an empty one stands for no topic. */
  String setting() {
    return setting;
  }

  /** Name of the topology's node that writes to the topic. */
  public String sink() {
    return sink;
  }

  /** Avro schema of the values, if they are of one. */
  public Optional<Schema> schema() {
    return schema;
  }
}
