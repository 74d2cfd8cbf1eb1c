package io.lowtide.stream.topology;

import io.lowtide.kafka.topic.TopicException;
import io.lowtide.kafka.topic.TopicLimits;
import io.lowtide.kafka.topic.Topics;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.config.StreamSettings;
import io.lowtide.stream.output.OutputLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topics that the stream application needs. */
public final class StreamTopics {

  private final StreamSettings settings;

  /** The topics of these settings. */
  public StreamTopics(StreamSettings settings) {
    this.settings = settings;
  }

  /**
   * Makes sure that they exist, and creates those that may be created.
   *
   * @throws UnknownTopicOrPartitionException if one is missing that others create; it may come
   * @throws TopicException if one cannot be created
   */
  public void require(Topics topics) {
    List<String> outputs = new ArrayList<>(settings.outputTopics().values());
    List<String> all = new ArrayList<>(settings.sourceTopics());
    all.addAll(outputs);
    all.add(settings.modelsTopic());
    Map<String, Integer> partitions = topics.partitions(all);
    List<String> missing = new ArrayList<>(all);
    missing.removeAll(partitions.keySet());
    if (settings.createsTopics()) {
      missing.retainAll(settings.sourceTopics());
    }
    if (!missing.isEmpty()) {
      throw new UnknownTopicOrPartitionException(
          "topics that do not exist: " + String.join(", ", missing));
    }
    if (settings.createsTopics()) {
      int sourcePartitions =
          settings.sourceTopics().stream().mapToInt(partitions::get).max().orElseThrow();
      outputs.removeAll(partitions.keySet());
      outputs.forEach(
          topic -> topics.create(topic, sourcePartitions, configuration(topic, topics)));
      topics.requireModels(settings.modelsTopic());
    }
  }

  /**
   * The topic of dead letters takes the largest source record whole, with its cause; that of
   * episodes keeps the last message of each.
   */
  private Map<String, String> configuration(String output, Topics topics) {
    if (output.equals(settings.outputTopics().get(OutputTopic.EPISODES))) {
      return Map.of(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          TopicConfig.CLEANUP_POLICY_COMPACT + "," + TopicConfig.CLEANUP_POLICY_DELETE);
    }
    if (!output.equals(settings.deadLetterTopic())) {
      return Map.of();
    }
    int largest =
        topics.limits(settings.sourceTopics()).values().stream()
            .mapToInt(TopicLimits::largestBatch)
            .max()
            .orElse(TopicLimits.DEFAULT.largestBatch());
    return Map.of(
        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
        Integer.toString(
            (int) Math.min(Integer.MAX_VALUE, (long) largest + OutputLimits.HEADER_ROOM)));
  }
}
