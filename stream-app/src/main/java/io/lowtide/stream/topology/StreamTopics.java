package io.lowtide.stream.topology;

import io.lowtide.kafka.topic.TopicException;
import io.lowtide.kafka.topic.Topics;
import io.lowtide.stream.config.StreamSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
   * @throws TopicException if one is missing and may not or cannot be created
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
      throw TopicException.missing(missing.toArray(String[]::new));
    }
    if (settings.createsTopics()) {
      int sourcePartitions =
          settings.sourceTopics().stream().mapToInt(partitions::get).max().orElseThrow();
      outputs.removeAll(partitions.keySet());
      outputs.forEach(topic -> topics.create(topic, sourcePartitions));
      topics.requireModels(settings.modelsTopic());
    }
  }
}
