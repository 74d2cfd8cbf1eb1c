package io.lowtide.kafka.topic;

import io.lowtide.kafka.connection.KafkaClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.LeaderNotAvailableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks topics up and creates those that are missing. Faults that pass are thrown as Kafka's {@link
 * org.apache.kafka.common.errors.RetriableException}.
 */
public final class Topics implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Topics.class);

  private static final int MODELS_PARTITIONS = 1;

  /** After which a topic that was created, and that no broker knows of, counts as missing. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Admin admin;

  /**
   * @param settings of Kafka's admin client
   * @throws io.lowtide.kafka.connection.ClientSettingsException if none can be made with them
   */
  public Topics(Map<String, Object> settings) {
    this.admin = KafkaClients.make(() -> Admin.create(settings));
  }

  /**
   * Number of partitions of each topic that exists.
   *
   * @throws KafkaException if the brokers do not answer or refuse
   */
  public Map<String, Integer> partitions(Collection<String> topics) {
    Map<String, Integer> found = new TreeMap<>();
    admin
        .describeTopics(topics)
        .topicNameValues()
        .forEach(
            (topic, description) ->
                ifExists(description)
                    .ifPresent(existing -> found.put(topic, existing.partitions().size())));
    return found;
  }

  /**
   * Makes sure that brokers answer, and that each partition of the topics has a leader: without one
   * nothing is read from it or written to it.
   *
   * @param allExist whether a topic that does not exist is missed, too
   * @throws KafkaException if the brokers do not answer, or refuse the credentials
   * @throws LeaderNotAvailableException naming the partitions without a leader
   * @throws UnknownTopicOrPartitionException naming the topics that are missed
   */
  public void requireLeaders(Collection<String> topics, boolean allExist) {
    List<String> leaderless = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    admin
        .describeTopics(topics)
        .topicNameValues()
        .forEach(
            (topic, description) -> {
              try {
                leaderless.addAll(withoutLeader(get(description)));
              } catch (UnknownTopicOrPartitionException notThere) {
                missing.add(topic);
              } catch (AuthorizationException answer) {
                LOG.debug("A topic that is watched: {}", answer.getMessage());
              }
            });
    if (allExist && !missing.isEmpty()) {
      throw new UnknownTopicOrPartitionException(
          "topics that do not exist: " + String.join(", ", missing));
    }
    if (!leaderless.isEmpty()) {
      throw new LeaderNotAvailableException(
          "partitions without a leader: " + String.join(", ", leaderless));
    }
  }

  /**
   * Topics of which the members of a consumer group are assigned partitions; none where this may
   * not be asked, or the group is not there or not one of consumers.
   *
   * @throws KafkaException if the brokers do not answer
   */
  public Set<String> assignedTopics(String group) {
    Set<String> assigned = new TreeSet<>();
    try {
      ConsumerGroupDescription found =
          get(admin.describeConsumerGroups(List.of(group)).describedGroups().get(group));
      found.members().stream()
          .flatMap(member -> member.assignment().topicPartitions().stream())
          .forEach(partition -> assigned.add(partition.topic()));
    } catch (AuthorizationException | GroupIdNotFoundException | UnsupportedVersionException e) {
      LOG.debug("Group {}: {}", group, e.getMessage());
    }
    return assigned;
  }

  private static List<String> withoutLeader(TopicDescription topic) {
    return topic.partitions().stream()
        .filter(partition -> partition.leader() == null || partition.leader().isEmpty())
        .map(partition -> topic.name() + "-" + partition.partition())
        .toList();
  }

  private static Optional<TopicDescription> ifExists(KafkaFuture<TopicDescription> description) {
    try {
      return Optional.of(get(description));
    } catch (UnknownTopicOrPartitionException missing) {
      return Optional.empty();
    }
  }

  /**
   * Creates a topic; one that exists by now is left as it is.
   *
   * @throws TopicException if the brokers refuse
   */
  public void create(String topic, int partitions) {
    create(topic, partitions, Map.of());
  }

  /**
   * What the brokers take on topics; of one whose settings may not be read, what they take unless
   * told otherwise. Topics that do not exist are left out.
   *
   * @throws KafkaException if the brokers do not answer
   */
  public Map<String, TopicLimits> limits(Collection<String> topics) {
    List<ConfigResource> resources = topics.stream().map(Topics::resource).toList();
    Map<String, TopicLimits> found = new TreeMap<>();
    admin
        .describeConfigs(resources)
        .values()
        .forEach(
            (topic, config) -> {
              try {
                found.put(topic.name(), TopicLimits.of(settings(get(config))));
              } catch (UnknownTopicOrPartitionException missing) {
                LOG.debug("Topic {} does not exist", topic.name());
              } catch (AuthorizationException notAllowed) {
                LOG.debug("Topic {}: its settings cannot be read", topic.name(), notAllowed);
                found.put(topic.name(), TopicLimits.DEFAULT);
              }
            });
    return found;
  }

  private static ConfigResource resource(String topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic);
  }

  private static Map<String, String> settings(Config config) {
    Map<String, String> settings = new HashMap<>();
    config.entries().forEach(entry -> settings.put(entry.name(), entry.value()));
    return settings;
  }

  /**
   * Gives a topic more partitions; one that has as many by now is left as it is.
   *
   * @throws TopicException if the brokers refuse
   */
  public void grow(String topic, int partitions) {
    try {
      get(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions))).all());
      LOG.info("Topic {} has {} partitions now", topic, partitions);
    } catch (org.apache.kafka.common.errors.RetriableException fault) {
      throw fault;
    } catch (ApiException refusal) {
      if (partitions(List.of(topic)).getOrDefault(topic, 0) < partitions) {
        throw new TopicException(
            "topic "
                + topic
                + ": needs "
                + partitions
                + " partitions, and cannot be given them: "
                + refusal.getMessage(),
            refusal);
      }
    }
  }

  /**
   * Creates the models topic if it is missing, compacted and with one partition; warns if it is
   * there and not compacted.
   *
   * @throws TopicException if the brokers refuse
   */
  public void requireModels(String topic) {
    if (partitions(List.of(topic)).isEmpty()) {
      create(
          topic,
          MODELS_PARTITIONS,
          Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
    } else {
      warnUnlessCompacted(topic);
    }
  }

  /**
   * Creates a topic, and waits until each partition takes messages; one that exists by now is left
   * as it is.
   *
   * @param configuration settings of the topic
   * @throws TopicException if the brokers refuse
   */
  public void create(String topic, int partitions, Map<String, String> configuration) {
    NewTopic wanted =
        new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(configuration);
    try {
      get(admin.createTopics(List.of(wanted)).all());
      awaitLeaders(topic, partitions);
      LOG.info("Created topic {} with {} partitions", topic, partitions);
    } catch (TopicExistsException race) {
      LOG.debug("Topic {} was created by another", topic);
    } catch (org.apache.kafka.common.errors.RetriableException fault) {
      throw fault;
    } catch (ApiException refusal) {
      throw new TopicException(
          "topic " + topic + ": missing, and cannot be created: " + refusal.getMessage(), refusal);
    }
  }

  /**
   * A broker that is about to lead a new partition refuses the first batch of an idempotent
   * producer and may take the second: what was sent first then has a sequence number that comes too
   * late, and is refused for good.
   */
  private void awaitLeaders(String topic, int partitions) {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      ends.put(new TopicPartition(topic, partition), OffsetSpec.latest());
    }
    long started = System.nanoTime();
    while (true) {
      try {
        // Of a topic that they do not know of yet Kafka's client logs an error.
        requireLeaders(List.of(topic), true);
        get(admin.listOffsets(ends).all());
        return;
      } catch (AuthorizationException notAllowed) {
        LOG.debug("Topic {}: whether it takes messages cannot be asked", topic, notAllowed);
        return;
      } catch (UnknownTopicOrPartitionException | LeaderNotAvailableException notYet) {
        if (System.nanoTime() - started > PATIENCE.toNanos()) {
          throw notYet;
        }
        pause(PAUSE);
      }
    }
  }

  /** Before brokers are asked once more. */
  static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private void warnUnlessCompacted(String topic) {
    ConfigResource resource = resource(topic);
    try {
      Map<ConfigResource, Config> described =
          new HashMap<>(get(admin.describeConfigs(List.of(resource)).all()));
      ConfigEntry policy = described.get(resource).get(TopicConfig.CLEANUP_POLICY_CONFIG);
      if (policy != null && !policy.value().contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
        LOG.warn(
            "Topic {}: cleanup.policy={}, expected compact: its models will be lost in time",
            topic,
            policy.value());
      }
    } catch (KafkaException notAllowed) {
      LOG.debug("Topic {}: its settings cannot be read", topic, notAllowed);
    }
  }

  private static <T> T get(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  @Override
  public void close() {
    // Nobody waits for an answer any longer.
    admin.close(Duration.ZERO);
  }
}
