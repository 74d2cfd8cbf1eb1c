package io.lowtide.stream.page;

import io.lowtide.kafka.connection.KafkaClients;
import io.lowtide.kafka.model.ModelKey;
import io.lowtide.kafka.model.ModelRole;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.registry.UnknownSchemaException;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.kafka.settings.Secrets;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.DensityModel;
import io.lowtide.schemas.DriftEvent;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.config.StreamSettings;
import io.lowtide.stream.detection.ActiveModel;
import io.lowtide.stream.retry.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what is committed on the output topics, as any consumer would, while somebody watches: the
 * newest of it first, then what comes. A thread of its own; where more scores come than the limit,
 * it leaves some out rather than fall behind.
 */
final class PageReader implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PageReader.class);

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration LONGEST_REQUEST = Duration.ofSeconds(5);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(2);
  private static final Duration BETWEEN_LOOKS_AT_PARTITIONS = Duration.ofSeconds(10);
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** How long it goes on reading when the last page was closed: many are opened again. */
  private static final Duration AFTERGLOW = Duration.ofMinutes(5);

  private static final int LEAST_POLLED = 50;
  private static final int MOST_POLLED = 2_000;

  /** In bytes; Kafka's default is many times as large. */
  private static final int LARGEST_FETCH = 8 << 20;

  /** Scores that are read back at the beginning, of all partitions together. */
  private static final long SCORES_READ_BACK = 100_000;

  /** Alerts, and messages about drift, that are read back in each partition, with the markers. */
  private static final long ALERTS_READ_BACK = 1_000;

  /** The same of messages about episodes: what is open may have begun long ago. */
  private static final long EPISODES_READ_BACK = 10_000;

  /**
   * Alerts and messages about episodes that are read in a second, so that a burst of them costs no
   * more than scores do: what is read back takes seconds, and the rest of a burst comes later.
   */
  private static final int TOLD_PER_SECOND = 10_000;

  /** Seconds of scores that may wait before some are left out. */
  private static final int SECONDS_BEHIND = 6;

  private final StreamSettings settings;
  private final PageState state;
  private final SourceSampler sampler;
  private final AvroDeserializer<ScoredRecord> scores;
  private final AvroDeserializer<AnomalyAlert> alerts;
  private final AvroDeserializer<Episode> episodes;
  private final AvroDeserializer<DriftEvent> drifts;
  private final AvroDeserializer<DensityModel> models;
  private final String scoresTopic;
  private final String alertsTopic;
  private final String episodesTopic;
  private final String driftTopic;
  private final int scoresPerSecond;
  private final Set<TopicPartition> known = new HashSet<>();

  /** Where what was told before ends, in the partitions that have not been read as far. */
  private final Map<TopicPartition, Long> toReadBack = new HashMap<>();

  private final Object watching = new Object();
  private final Thread thread = new Thread(this::run, "lowtide-page-reader");
  private volatile KafkaConsumer<byte[], byte[]> current;
  private boolean watched;
  private long unwatchedSince;
  private volatile boolean stopped;

  /**
   * @param registry stays the caller's to close
   * @param inUse gives the model in use, or null
   */
  PageReader(
      StreamSettings settings,
      SchemaRegistry registry,
      Supplier<ActiveModel> inUse,
      PageState state) {
    this.settings = settings;
    this.sampler = new SourceSampler(settings, registry, inUse, state);
    this.state = state;
    this.scores = AvroDeserializer.specific(registry, ScoredRecord.class);
    this.alerts = AvroDeserializer.specific(registry, AnomalyAlert.class);
    this.episodes = AvroDeserializer.specific(registry, Episode.class);
    this.drifts = AvroDeserializer.specific(registry, DriftEvent.class);
    this.models = AvroDeserializer.specific(registry, DensityModel.class);
    this.scoresTopic = settings.outputTopics().get(OutputTopic.SCORES);
    this.alertsTopic = settings.alertsTopic();
    this.episodesTopic = settings.outputTopics().get(OutputTopic.EPISODES);
    this.driftTopic = settings.outputTopics().get(OutputTopic.DRIFT);
    this.scoresPerSecond = settings.page().scoresPerSecond();
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Says whether somebody watches now. */
  void watched(boolean now) {
    synchronized (watching) {
      if (watched && !now) {
        unwatchedSince = System.nanoTime();
      }
      watched = now;
      watching.notifyAll();
    }
  }

  private void awaitWatched() throws InterruptedException {
    synchronized (watching) {
      while (!watched && !stopped) {
        watching.wait();
      }
    }
  }

  private void awaitNextTry() throws InterruptedException {
    synchronized (watching) {
      if (!stopped) {
        watching.wait(BETWEEN_TRIES.toMillis());
      }
    }
  }

  private boolean isWanted() {
    synchronized (watching) {
      return watched || System.nanoTime() - unwatchedSince < AFTERGLOW.toNanos();
    }
  }

  private void run() {
    try {
      awaitWatched();
      while (!stopped) {
        try (KafkaConsumer<byte[], byte[]> consumer = newConsumer()) {
          current = consumer;
          if (takesPartitions(consumer)) {
            follow(consumer);
          } else {
            awaitNextTry();
          }
        } catch (WakeupException end) {
          LOG.debug("The page's topics are not read any more");
        } catch (RuntimeException fault) {
          LOG.debug("The page's topics cannot be read", fault);
          state.reportFault(
              "The topics cannot be read: " + Secrets.hide(Faults.describe(fault)),
              System.currentTimeMillis());
          awaitNextTry();
        } finally {
          current = null;
        }
        awaitWatched();
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    } finally {
      sampler.close();
    }
  }

  private KafkaConsumer<byte[], byte[]> newConsumer() {
    Map<String, Object> client = new HashMap<>(settings.connection().clientProperties());
    client.put(ConsumerConfig.CLIENT_ID_CONFIG, settings.applicationId() + "-page");
    client.put(
        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
        Math.max(LEAST_POLLED, Math.min(MOST_POLLED, scoresPerSecond)));
    client.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, Integer.toString(LARGEST_FETCH));
    client.put(
        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(LONGEST_REQUEST.toMillis()));
    return KafkaClients.committedReader(client);
  }

  /** Whether there is a topic to be read: they are created after the page can be opened. */
  private boolean takesPartitions(KafkaConsumer<byte[], byte[]> consumer) {
    known.clear();
    toReadBack.clear();
    sampler.reset();
    takePartitions(consumer);
    return !known.isEmpty();
  }

  private void follow(KafkaConsumer<byte[], byte[]> consumer) {
    state.clear();
    long looked = System.nanoTime();
    long second = System.nanoTime();
    int scoresInSecond = 0;
    int toldInSecond = 0;
    while (!stopped && isWanted()) {
      for (ConsumerRecord<byte[], byte[]> message : consumer.poll(POLL)) {
        if (sampler.isSource(message.topic())) {
          sampler.take(consumer, message);
        } else {
          scoresInSecond += message.topic().equals(scoresTopic) ? 1 : 0;
          toldInSecond += tells(message.topic()) ? 1 : 0;
          take(message);
        }
      }
      toReadBack.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
      if (toReadBack.isEmpty()) {
        state.catchUp();
      }
      long now = System.nanoTime();
      sampler.tick(consumer, now);
      if (scoresInSecond >= scoresPerSecond) {
        consumer.pause(scorePartitions());
      }
      if (toldInSecond >= TOLD_PER_SECOND) {
        consumer.pause(knownOf(this::tells));
      }
      if (now - second >= SECOND.toNanos()) {
        second = now;
        scoresInSecond = 0;
        toldInSecond = 0;
        consumer.resume(scorePartitions());
        consumer.resume(knownOf(this::tells));
        leaveOut(consumer);
      }
      if (now - looked >= BETWEEN_LOOKS_AT_PARTITIONS.toNanos()) {
        looked = now;
        takePartitions(consumer);
      }
    }
    // What was read would be old by the time that somebody comes.
    state.clear();
  }

  /** Whether alerts or changes of episodes are told there. */
  private boolean tells(String topic) {
    return topic.equals(alertsTopic) || topic.equals(episodesTopic);
  }

  private List<TopicPartition> scorePartitions() {
    return knownOf(topic -> topic.equals(scoresTopic));
  }

  private List<TopicPartition> knownOf(Predicate<String> topics) {
    return known.stream().filter(partition -> topics.test(partition.topic())).toList();
  }

  /** Takes the partitions that are new, from where it begins to read each. */
  private void takePartitions(KafkaConsumer<byte[], byte[]> consumer) {
    List<TopicPartition> found = new ArrayList<>();
    for (String topic : List.of(alertsTopic, settings.modelsTopic())) {
      found.addAll(partitions(consumer, topic));
    }
    Stream.of(scoresTopic, episodesTopic, driftTopic)
        .filter(Objects::nonNull)
        .forEach(topic -> found.addAll(partitions(consumer, topic)));
    sampler.topics().forEach(topic -> found.addAll(partitions(consumer, topic)));
    found.removeAll(known);
    if (found.isEmpty()) {
      return;
    }
    known.addAll(found);
    consumer.assign(known);
    Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(found);
    Map<TopicPartition, Long> ends = consumer.endOffsets(found);
    for (TopicPartition partition : found) {
      consumer.seek(
          partition,
          Math.max(beginnings.get(partition), ends.get(partition) - readBack(partition.topic())));
      if (tells(partition.topic()) || partition.topic().equals(driftTopic)) {
        toReadBack.put(partition, ends.get(partition));
      }
    }
    sampler.assigned(consumer, found.stream().filter(p -> sampler.isSource(p.topic())).toList());
  }

  private static List<TopicPartition> partitions(
      KafkaConsumer<byte[], byte[]> consumer, String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(info -> new TopicPartition(topic, info.partition()))
        .toList();
  }

  private long readBack(String topic) {
    if (topic.equals(scoresTopic)) {
      return SCORES_READ_BACK / Math.max(1, scorePartitions().size());
    }
    if (topic.equals(episodesTopic)) {
      return EPISODES_READ_BACK;
    }
    return topic.equals(alertsTopic) || topic.equals(driftTopic)
        ? ALERTS_READ_BACK
        : Long.MAX_VALUE / 2;
  }

  /** Goes to the newest scores where too many wait, and past alerts that would not be kept. */
  private void leaveOut(KafkaConsumer<byte[], byte[]> consumer) {
    for (TopicPartition partition : knownOf(alertsTopic::equals)) {
      long unkept = consumer.currentLag(partition).orElse(0) - ALERTS_READ_BACK;
      if (unkept > 0) {
        consumer.seek(partition, consumer.position(partition) + unkept);
      }
    }
    List<TopicPartition> partitions = scorePartitions();
    long most =
        Math.max(1, (long) SECONDS_BEHIND * scoresPerSecond / Math.max(1, partitions.size()));
    for (TopicPartition partition : partitions) {
      long behind = consumer.currentLag(partition).orElse(0);
      if (behind > most) {
        long skipped = behind - Math.max(1, scoresPerSecond / partitions.size());
        consumer.seek(partition, consumer.position(partition) + skipped);
        state.leaveOut(skipped);
      }
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> message) {
    String topic = message.topic();
    if (message.value() == null) {
      keyOfModel(message)
          .filter(key -> key.role() == ModelRole.CHALLENGER)
          .ifPresent(removed -> state.removeChallenger());
      return;
    }
    try {
      if (topic.equals(scoresTopic)) {
        takeScore(scores.deserialize(topic, message.value()));
      } else if (topic.equals(alertsTopic)) {
        takeAlert(alerts.deserialize(topic, message.value()), message.value().length);
      } else if (topic.equals(episodesTopic)) {
        takeEpisode(episodes.deserialize(topic, message.value()), message.value().length);
      } else if (topic.equals(driftTopic)) {
        takeDrift(drifts.deserialize(topic, message.value()));
      } else {
        takeModel(message);
      }
    } catch (SerializationException | UnknownSchemaException foreign) {
      state.addUnreadable();
    }
  }

  /** Detectors may share topics. */
  private void takeScore(ScoredRecord score) {
    if (score.getDetector().equals(settings.detector())) {
      state.add(score, System.currentTimeMillis());
    }
  }

  private void takeAlert(AnomalyAlert alert, int bytes) {
    if (alert.getDetector().equals(settings.detector())) {
      state.add(alert, bytes);
    }
  }

  private void takeEpisode(Episode episode, int bytes) {
    if (episode.getDetector().equals(settings.detector())) {
      state.add(episode, bytes);
    }
  }

  private void takeDrift(DriftEvent event) {
    if (event.getDetector().equals(settings.detector())) {
      state.add(event);
    }
  }

  private void takeModel(ConsumerRecord<byte[], byte[]> message) {
    keyOfModel(message)
        .ifPresent(
            key ->
                state.add(
                    ModelEntry.of(
                        models.deserialize(message.topic(), message.value()),
                        key.role(),
                        message.timestamp())));
  }

  /** The key of a message about a model of the detector; empty for any other message. */
  private Optional<ModelKey> keyOfModel(ConsumerRecord<byte[], byte[]> message) {
    return message.topic().equals(settings.modelsTopic())
        ? ModelKey.of(message.key()).filter(key -> key.detector().equals(settings.detector()))
        : Optional.empty();
  }

  @Override
  public void close() {
    KafkaConsumer<byte[], byte[]> reading;
    synchronized (watching) {
      stopped = true;
      reading = current;
      watching.notifyAll();
    }
    if (reading != null) {
      reading.wakeup();
    }
    try {
      thread.join(LONGEST_REQUEST.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
