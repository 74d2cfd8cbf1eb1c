package io.lowtide.kafka.topic;

import io.lowtide.kafka.connection.KafkaClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the committed messages of topics, those of each partition in order, without joining a
 * group. Belongs to one thread, but for {@link #stop}.
 */
public final class TopicReader implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TopicReader.class);
  private static final Duration POLL = Duration.ofMillis(500);

  private final List<String> topics;
  private final StartingPoint start;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private List<TopicPartition> partitions = List.of();

  /**
   * Reads from the beginning.
   *
   * @param client how to reach Kafka, as its clients take it
   * @param topics at least one
   * @throws io.lowtide.kafka.connection.ClientSettingsException if no consumer can be made so
   */
  public TopicReader(Map<String, Object> client, Collection<String> topics) {
    this(client, topics, new StartingPoint.Beginning());
  }

  /**
   * @param client how to reach Kafka, as its clients take it
   * @param topics at least one
   * @param start where to begin
   * @throws io.lowtide.kafka.connection.ClientSettingsException if no consumer can be made so
   */
  public TopicReader(Map<String, Object> client, Collection<String> topics, StartingPoint start) {
    this.topics = List.copyOf(topics);
    this.start = start;
    this.consumer = KafkaClients.committedReader(client);
  }

  /**
   * Reads up to the end that the topics have when this is called, going on from the last call.
   *
   * @param goOn receives each message, and says whether it wants more
   * @throws TopicException if a topic does not exist
   */
  public void toEnd(Predicate<ConsumerRecord<byte[], byte[]>> goOn) {
    untilStopped(
        () -> {
          assign(false);
          Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
          boolean wanted = true;
          while (wanted && !isAt(ends)) {
            wanted = hand(consumer.poll(POLL), goOn);
          }
        });
  }

  /**
   * Reads, and waits for more at the end, until {@link #stop} or an interruption; waits for topics
   * that do not exist, too.
   *
   * @param goOn receives each message, and says whether it wants more
   */
  public void follow(Predicate<ConsumerRecord<byte[], byte[]>> goOn) {
    untilStopped(
        () -> {
          assign(true);
          boolean wanted = true;
          while (wanted) {
            wanted = hand(consumer.poll(POLL), goOn);
          }
        });
  }

  /**
   * Reads what arrives within some time.
   *
   * @throws TopicException if a topic does not exist
   */
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    assign(false);
    return consumer.poll(timeout);
  }

  /** Makes the other methods return soon; to be called from another thread. */
  public void stop() {
    consumer.wakeup();
  }

  private void untilStopped(Runnable reading) {
    try {
      reading.run();
    } catch (WakeupException stopped) {
      LOG.debug("Reading {} was stopped", topics);
    }
  }

  private void assign(boolean wait) {
    if (partitions.isEmpty()) {
      List<TopicPartition> found = new ArrayList<>();
      for (String topic : topics) {
        found.addAll(partitions(topic, wait));
      }
      partitions = found;
      consumer.assign(partitions);
      seek();
    }
  }

  private void seek() {
    if (start instanceof StartingPoint.Beginning) {
      consumer.seekToBeginning(partitions);
    } else {
      consumer.seekToEnd(partitions);
    }
    if (start instanceof StartingPoint.At at) {
      Map<TopicPartition, Long> times = new HashMap<>();
      partitions.forEach(partition -> times.put(partition, at.time().toEpochMilli()));
      consumer
          .offsetsForTimes(times)
          .forEach(
              (partition, found) -> {
                if (found != null) {
                  consumer.seek(partition, found.offset());
                }
              });
    } else {
      // Where the end is counts now, not when the first message is asked for.
      partitions.forEach(consumer::position);
    }
  }

  private List<TopicPartition> partitions(String topic, boolean wait) {
    while (true) {
      List<TopicPartition> found =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      if (!found.isEmpty()) {
        return found;
      }
      if (!wait) {
        throw TopicException.missing(topic);
      }
      Topics.pause(POLL);
    }
  }

  private boolean isAt(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  private static boolean hand(
      ConsumerRecords<byte[], byte[]> messages, Predicate<ConsumerRecord<byte[], byte[]>> goOn) {
    for (ConsumerRecord<byte[], byte[]> message : messages) {
      if (!goOn.test(message)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
