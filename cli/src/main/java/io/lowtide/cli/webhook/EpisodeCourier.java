package io.lowtide.cli.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lowtide.cli.alerts.AvroJson;
import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.connection.KafkaClients;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.RegistryUnavailableException;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.registry.UnknownSchemaException;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.schemas.Episode;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the messages of a topic of episodes to a receiver, one after the other, as a member of a
 * consumer group. A position is committed only once the message before it is delivered, so each is
 * delivered at least once. Belongs to one thread, but for {@link #stop}.
 */
final class EpisodeCourier implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EpisodeCourier.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration REGISTRY_WAIT = Duration.ofSeconds(2);

  private final String topic;
  private final boolean fromBeginning;
  private final Predicate<Episode> filter;
  private final Persistence persistence;
  private final SchemaRegistry registry;
  private final AvroDeserializer<Episode> deserializer;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private volatile boolean stopped;

  /**
   * @param group consumer group whose position counts
   * @param fromBeginning where a group without a position begins: with the first message that is
   *     there, or after the last
   * @param filter what is delivered at all
   */
  EpisodeCourier(
      ConnectionSettings connection,
      String topic,
      String group,
      boolean fromBeginning,
      Predicate<Episode> filter,
      Persistence persistence) {
    this.topic = topic;
    this.fromBeginning = fromBeginning;
    this.filter = filter;
    this.persistence = persistence;
    this.registry = ConfluentSchemaRegistry.connect(connection.registry());
    this.deserializer = AvroDeserializer.specific(registry, Episode.class);
    Map<String, Object> settings = new HashMap<>(connection.clientProperties());
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    this.consumer = KafkaClients.committedReader(settings);
  }

  /** Carries until {@link #stop}. */
  void run() throws InterruptedException {
    consumer.subscribe(List.of(topic), new FirstPositions());
    try {
      while (!stopped) {
        for (ConsumerRecord<byte[], byte[]> message : consumer.poll(POLL)) {
          carry(message);
        }
      }
    } catch (WakeupException end) {
      LOG.debug("Stopped");
    }
  }

  /** Ends {@link #run} once the attempt under way has ended; to be called from another thread. */
  void stop() {
    stopped = true;
    consumer.wakeup();
  }

  private void carry(ConsumerRecord<byte[], byte[]> message) throws InterruptedException {
    TopicPartition partition = new TopicPartition(message.topic(), message.partition());
    if (stopped || !consumer.assignment().contains(partition)) {
      return;
    }
    if (deliver(message, partition)) {
      commit(partition, message.offset() + 1);
    }
  }

  /**
   * @return whether the position may go on beyond it
   */
  private boolean deliver(ConsumerRecord<byte[], byte[]> message, TopicPartition partition)
      throws InterruptedException {
    while (true) {
      try {
        Episode episode = decode(message);
        return episode == null
            || !filter.test(episode)
            || persistence.deliver(delivery(message, episode), time -> waitInGroup(time, partition))
                != Persistence.End.GIVEN_UP;
      } catch (RegistryUnavailableException away) {
        LOG.warn("{} waits for the schema registry: {}", place(message), away.getMessage());
        if (!waitInGroup(REGISTRY_WAIT, partition)) {
          return false;
        }
      }
    }
  }

  private static Delivery delivery(ConsumerRecord<byte[], byte[]> message, Episode episode) {
    return new Delivery(
        place(message),
        "episode." + episode.getChange().name().toLowerCase(Locale.ROOT),
        AvroJson.line(episode).getBytes(UTF_8));
  }

  private static String place(ConsumerRecord<byte[], byte[]> message) {
    return message.topic() + "-" + message.partition() + "-" + message.offset();
  }

  private Episode decode(ConsumerRecord<byte[], byte[]> message) {
    try {
      return deserializer.deserialize(message.topic(), message.value());
    } catch (SerializationException | UnknownSchemaException e) {
      LOG.warn("{}: no Episode, passed over: {}", place(message), e.getMessage());
      return null;
    }
  }

  /** A position that cannot be committed is so with the next one, or its message comes again. */
  private void commit(TopicPartition partition, long offset) {
    Map<TopicPartition, OffsetAndMetadata> position =
        Map.of(partition, new OffsetAndMetadata(offset));
    try {
      consumer.commitSync(position);
    } catch (CommitFailedException moved) {
      LOG.warn("{} has moved to another process, which may deliver the same again", partition);
    } catch (RetriableException away) {
      LOG.warn("{}: position {} is not committed yet: {}", partition, offset, away.getMessage());
    } catch (WakeupException end) {
      // What was delivered is to be committed all the same.
      consumer.commitSync(position);
      throw end;
    }
  }

  /**
   * Waits, but goes on asking Kafka, which otherwise would take the partitions away in time.
   *
   * @return whether the partition is still this process's, and it is not to stop
   */
  private boolean waitInGroup(Duration time, TopicPartition partition) {
    long end = System.nanoTime() + time.toNanos();
    long left = time.toNanos();
    while (!stopped && left > 0 && consumer.assignment().contains(partition)) {
      consumer.pause(consumer.assignment());
      Duration poll = Duration.ofNanos(Math.min(left, POLL.toNanos()));
      giveBack(consumer.poll(poll));
      left = end - System.nanoTime();
    }
    consumer.resume(consumer.assignment());
    return !stopped && consumer.assignment().contains(partition);
  }

  /** Of partitions that came while the others were paused. */
  private void giveBack(ConsumerRecords<byte[], byte[]> early) {
    for (TopicPartition partition : early.partitions()) {
      consumer.seek(partition, early.records(partition).get(0).offset());
    }
  }

  /** Gives a group a position in partitions where it has none, and commits it at once. */
  private final class FirstPositions implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      // What was delivered is committed already.
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      Set<TopicPartition> all = new HashSet<>();
      consumer
          .partitionsFor(topic)
          .forEach(info -> all.add(new TopicPartition(topic, info.partition())));
      all.addAll(partitions);
      Map<TopicPartition, OffsetAndMetadata> known = new HashMap<>(consumer.committed(all));
      known.values().removeIf(position -> position == null);
      Set<TopicPartition> unknown = new HashSet<>(partitions);
      unknown.removeAll(known.keySet());
      // A partition that is added later is read from its beginning: all in it is new.
      Map<TopicPartition, Long> first =
          fromBeginning || !known.isEmpty()
              ? consumer.beginningOffsets(unknown)
              : consumer.endOffsets(unknown);
      Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
      first.forEach(
          (partition, offset) -> {
            consumer.seek(partition, offset);
            positions.put(partition, new OffsetAndMetadata(offset));
          });
      if (!positions.isEmpty()) {
        consumer.commitSync(positions);
      }
      LOG.info("Delivering from {} of topic {}", partitions, topic);
    }
  }

  @Override
  public void close() {
    consumer.close();
    registry.close();
  }
}
