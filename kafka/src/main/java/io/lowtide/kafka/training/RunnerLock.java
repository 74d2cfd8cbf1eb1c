package io.lowtide.kafka.training;

import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.connection.KafkaClients;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one of any number of processes retrain a detector at a time. It is membership of a consumer
 * group: who is given the one partition of the runs topic may run, and keeps it while it lives. One
 * that dies, or is cut off, loses it when its session ends, and what it would publish after that is
 * refused by the brokers ({@link #holder}).
 */
public final class RunnerLock implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RunnerLock.class);

  /** How long the brokers wait for a member that is silent. */
  public static final Duration SESSION = Duration.ofSeconds(10);

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration BACKOFF = Duration.ofSeconds(2);

  private final TopicPartition partition;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Thread thread;
  private volatile boolean closing;
  private volatile ConsumerGroupMetadata holder;
  private volatile RuntimeException fault;

  /**
   * Joins those who want to run.
   *
   * @param topic the runs topic, which must exist
   * @throws io.lowtide.kafka.connection.ClientSettingsException if no consumer can be made so
   */
  public RunnerLock(ConnectionSettings connection, String topic, String detector) {
    this.partition = new TopicPartition(topic, TrainingRuns.PARTITION);
    Map<String, Object> settings = connection.clientProperties();
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, group(detector));
    settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
    settings.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        List.of(CooperativeStickyAssignor.class));
    settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, Math.toIntExact(SESSION.toMillis()));
    settings.put(
        ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, Math.toIntExact(SESSION.toMillis() / 4));
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    this.consumer =
        KafkaClients.make(
            () ->
                new KafkaConsumer<>(
                    settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
    this.thread = new Thread(this::stayMember, "lowtide-runner-lock");
    thread.setDaemon(true);
    thread.start();
  }

  /** The consumer group of those who want to retrain a detector. */
  public static String group(String detector) {
    return "lowtide-retrain-" + detector;
  }

  private void stayMember() {
    consumer.subscribe(List.of(partition.topic()), new Assignment());
    try {
      while (!closing) {
        try {
          consumer.poll(POLL);
          fault = null;
          if (consumer.assignment().contains(partition)) {
            consumer.pause(List.of(partition));
            holder = consumer.groupMetadata();
          } else {
            holder = null;
          }
        } catch (WakeupException stopped) {
          LOG.debug("Leaving group {}", consumer.groupMetadata().groupId());
        } catch (RuntimeException e) {
          LOG.warn("The right to retrain cannot be asked for: {}", e.getMessage());
          fault = e;
          holder = null;
          Thread.sleep(BACKOFF.toMillis());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      holder = null;
      consumer.close();
    }
  }

  /** Who has lost the partition must not go on as if it had it. */
  private final class Assignment implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
      // The thread asks for it after each poll.
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
      if (revoked.contains(partition)) {
        holder = null;
      }
    }
  }

  /**
   * Waits until this may run.
   *
   * @param patience how long to wait at most; one session at least, where a holder may have died
   * @return whether it may
   * @throws KafkaException if the brokers refuse the group
   */
  public boolean acquire(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (holder == null && System.nanoTime() - deadline < 0) {
      Thread.sleep(POLL.toMillis());
    }
    RuntimeException refused = fault;
    if (holder == null && refused != null) {
      throw refused;
    }
    return holder != null;
  }

  /** Whether this may run now. */
  public boolean isHeld() {
    return holder != null;
  }

  /**
   * What the brokers know the holder by: a transaction that commits an offset with it fails if
   * another has become the holder.
   *
   * @throws LockLostException if this is not the holder
   */
  ConsumerGroupMetadata holder() {
    ConsumerGroupMetadata current = holder;
    if (current == null) {
      throw new LockLostException();
    }
    return current;
  }

  /** The partition that holders have. */
  TopicPartition partition() {
    return partition;
  }

  @Override
  public void close() {
    closing = true;
    consumer.wakeup();
    try {
      thread.join(SESSION.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
