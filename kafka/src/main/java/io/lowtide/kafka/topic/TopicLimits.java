package io.lowtide.kafka.topic;

import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.record.TimestampType;

/**
 * Which messages the brokers take on a topic.
 *
 * @param largestBatch largest batch of messages, in bytes, as it is sent
 * @param ahead how far the timestamp of a message may lie after the brokers' time, in milliseconds
 * @param behind how far it may lie before, in milliseconds
 * @param needsKey whether a message must have a key
 */
public record TopicLimits(int largestBatch, long ahead, long behind, boolean needsKey) {

  /** Those of a topic and brokers where nobody has set any. */
  public static final TopicLimits DEFAULT =
      new TopicLimits(1_048_588, 3_600_000, Long.MAX_VALUE, false);

  /**
   * Reads them off a topic's settings.
   *
   * @param settings by name; for one that is not there, Kafka's default counts
   */
  static TopicLimits of(Map<String, String> settings) {
    boolean ownTime =
        TimestampType.LOG_APPEND_TIME.name.equals(
            settings.get(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG));
    return new TopicLimits(
        Math.toIntExact(
            number(settings, TopicConfig.MAX_MESSAGE_BYTES_CONFIG, DEFAULT.largestBatch)),
        ownTime
            ? Long.MAX_VALUE
            : number(settings, TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, DEFAULT.ahead),
        ownTime
            ? Long.MAX_VALUE
            : number(settings, TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, DEFAULT.behind),
        settings
            .getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, "")
            .contains(TopicConfig.CLEANUP_POLICY_COMPACT));
  }

  private static long number(Map<String, String> settings, String name, long otherwise) {
    String text = settings.get(name);
    return text == null ? otherwise : Long.parseLong(text);
  }
}
