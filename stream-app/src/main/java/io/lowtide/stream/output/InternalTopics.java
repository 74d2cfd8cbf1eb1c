package io.lowtide.stream.output;

import io.lowtide.kafka.topic.TopicException;
import io.lowtide.kafka.topic.Topics;
import io.lowtide.stream.config.StreamSettings;
import java.util.List;
import java.util.Map;

/**
 * The changelog topics that Kafka Streams keeps for the application's stores: one partition for
 * each of the source topics'. Kafka Streams creates them, but refuses to run once the source has
 * grown; so they are grown here.
 */
public final class InternalTopics {

  /** Store of what was known of published alerts before that was kept with the episodes. */
  public static final String SUPPRESSION_STORE = "suppression";

  /** Store of past records. */
  public static final String HISTORY_STORE = "history";

  /** Store of open episodes, of published alerts, and of what each source partition has told. */
  public static final String EPISODES_STORE = "episodes";

  /** Store of the scores that the calibration follows. */
  public static final String CALIBRATION_STORE = "calibration";

  /** Store of what the watch over drift has seen. */
  public static final String DRIFT_STORE = "drift";

  private final StreamSettings settings;

  /** Those of an application of these settings. */
  public InternalTopics(StreamSettings settings) {
    this.settings = settings;
  }

  /** Their names, whether they exist or not. */
  List<String> names() {
    return List.of(
        changelog(SUPPRESSION_STORE),
        changelog(HISTORY_STORE),
        changelog(EPISODES_STORE),
        changelog(CALIBRATION_STORE),
        changelog(DRIFT_STORE));
  }

  /** The one that every application has. */
  String alwaysThere() {
    return changelog(EPISODES_STORE);
  }

  private String changelog(String store) {
    return settings.applicationId() + "-" + store + "-changelog";
  }

  /**
   * Gives those that have fewer partitions than a source topic as many.
   *
   * @return whether there was one
   * @throws TopicException if one has more: Kafka cannot take any away
   */
  public boolean grow(Topics topics) {
    Map<String, Integer> sources = topics.partitions(settings.sourceTopics());
    int wanted = sources.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    boolean grown = false;
    for (Map.Entry<String, Integer> existing : topics.partitions(names()).entrySet()) {
      if (existing.getValue() > wanted) {
        throw new TopicException(
            "topic "
                + existing.getKey()
                + ": "
                + existing.getValue()
                + " partitions, expected those of the source topics, "
                + wanted
                + ": take back the source topic that had more, choose another application.id, or"
                + " delete the application's changelogs with all that they remember");
      }
      if (existing.getValue() < wanted) {
        topics.grow(existing.getKey(), wanted);
        grown = true;
      }
    }
    return grown;
  }
}
