package io.lowtide.stream;

import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.settings.Secrets;
import io.lowtide.kafka.topic.Topics;
import io.lowtide.stream.config.StreamSettings;
import io.lowtide.stream.metrics.StreamMetrics;
import io.lowtide.stream.retry.Dependency;
import io.lowtide.stream.retry.DependencyWatch;
import io.lowtide.stream.retry.Outage;
import io.lowtide.stream.retry.Retry;
import io.lowtide.stream.retry.StopSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.apache.kafka.common.errors.TimeoutException;

/** Kafka and the schema registry: watches both, and knows which is away. */
final class Dependencies implements AutoCloseable {

  private static final Duration KAFKA_INTERVAL = Duration.ofSeconds(1);
  private static final Duration KAFKA_TIMEOUT = Duration.ofSeconds(3);

  /** Longer than Kafka's; with the client's timeouts an outage still shows within ten seconds. */
  private static final Duration REGISTRY_INTERVAL = Duration.ofSeconds(3);

  private final StreamSettings settings;
  private final ConfluentSchemaRegistry registry;
  private final StopSignal stop;
  private final Outage kafkaOutage;
  private final Outage registryOutage;
  private final List<DependencyWatch> watches = new ArrayList<>();
  private volatile Topics watchedTopics;
  private volatile boolean topicsPrepared;

  /**
   * @param registry stays the caller's to close
   * @param stop ends every wait
   */
  Dependencies(
      StreamSettings settings,
      ConfluentSchemaRegistry registry,
      StopSignal stop,
      StreamMetrics metrics) {
    this.settings = settings;
    this.registry = registry;
    this.stop = stop;
    this.kafkaOutage =
        new Outage(
            Dependency.KAFKA,
            Secrets.hide(settings.connection().kafka().get(ConnectionSettings.BOOTSTRAP_SERVERS)),
            metrics);
    this.registryOutage =
        new Outage(Dependency.SCHEMA_REGISTRY, String.join(", ", registry.urls()), metrics);
  }

  /** Starts to watch both. */
  void watch() {
    watches.add(
        DependencyWatch.start(
            "lowtide-kafka-watch", this::requireKafka, KAFKA_INTERVAL, kafkaOutage));
    watches.add(
        DependencyWatch.start(
            "lowtide-registry-watch", registry::requireAnswer, REGISTRY_INTERVAL, registryOutage));
  }

  /** From now on all topics exist, but for one that somebody deletes. */
  void topicsPrepared() {
    topicsPrepared = true;
  }

  private void requireKafka() {
    if (watchedTopics == null) {
      Map<String, Object> client = settings.connection().clientProperties();
      int timeout = Math.toIntExact(KAFKA_TIMEOUT.toMillis());
      client.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, timeout);
      client.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, timeout);
      client.put(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, timeout);
      watchedTopics = new Topics(client);
    }
    List<String> topics = new ArrayList<>(settings.sourceTopics());
    topics.addAll(settings.outputTopics().values());
    topics.add(settings.modelsTopic());
    try {
      watchedTopics.requireLeaders(topics, topicsPrepared);
      requireSameSources();
    } catch (TimeoutException ofAnInnerCall) {
      throw new TimeoutException("no broker answers within " + KAFKA_TIMEOUT.toSeconds() + " s");
    }
  }

  /**
   * One of the instances of an application.id gives out the partitions, and knows only the topics
   * of its own settings: what is asked for by another one alone would not be read, without a word.
   */
  private void requireSameSources() {
    Set<String> others = watchedTopics.assignedTopics(settings.applicationId());
    others.removeAll(settings.sourceTopics());
    if (!others.isEmpty()) {
      throw new InconsistentGroupProtocolException(
          "instances of application.id "
              + settings.applicationId()
              + " read topics that are not among the source.topics "
              + settings.sourceTopics()
              + " of this one: "
              + others
              + "; its own may be read by none of them; expected the same source.topics, or another"
              + " application.id");
    }
  }

  /** For what needs Kafka before Kafka Streams runs. */
  Retry kafkaRetry() {
    return new Retry(settings.retry(), stop, kafkaOutage);
  }

  /** For what needs the registry. */
  Retry registryRetry() {
    return new Retry(settings.retry(), stop, registryOutage);
  }

  /** What is away that records wait for. */
  Optional<Outage.UnderWay> waitedFor() {
    return missing().filter(Outage.UnderWay::waitedFor).findFirst();
  }

  /** What is away that no record waits for so far. */
  Optional<Outage.UnderWay> missed() {
    return missing().filter(outage -> !outage.waitedFor()).findFirst();
  }

  private Stream<Outage.UnderWay> missing() {
    return Stream.of(kafkaOutage, registryOutage).flatMap(outage -> outage.underWay().stream());
  }

  @Override
  public void close() {
    watches.forEach(DependencyWatch::close);
    if (watchedTopics != null) {
      watchedTopics.close();
    }
  }
}
