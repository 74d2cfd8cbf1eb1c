package io.lowtide.kafka.topic;

import io.lowtide.kafka.connection.KafkaClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * The committed records of a part of some topics, between offsets that are fixed when this is made,
 * so that reading it again gives the same: one partition after the other, each in its order. Joins
 * no group. Belongs to one thread.
 */
public final class TopicSpan implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(500);
  private static final int LONGEST_FETCH_MS = 50;

  /** Polls without a record after which the brokers count as away. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Comparator<TopicPartition> BY_NAME =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  private final RecordWindow window;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, Offsets> spans = new TreeMap<>(BY_NAME);

  /** From one offset up to, not including, another. */
  private record Offsets(long from, long to) {}

  /**
   * @param client how to reach Kafka, as its clients take it
   * @param topics at least one
   * @param window which part of them
   * @throws TopicException if a topic does not exist
   * @throws io.lowtide.kafka.connection.ClientSettingsException if no consumer can be made so
   */
  public TopicSpan(Map<String, Object> client, Collection<String> topics, RecordWindow window) {
    this.window = window;
    Map<String, Object> settings = new HashMap<>(client);
    // What is to be read is there already: the brokers need not wait for more to come.
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, Integer.toString(LONGEST_FETCH_MS));
    this.consumer = KafkaClients.committedReader(settings);
    try {
      find(topics);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  private void find(Collection<String> topics) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : topics) {
      List<TopicPartition> found =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      if (found.isEmpty()) {
        throw TopicException.missing(topic);
      }
      partitions.addAll(found);
    }
    partitions.sort(BY_NAME);
    Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
    Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
    if (window instanceof RecordWindow.Times times) {
      Map<TopicPartition, Long> from = at(partitions, times.from().toEpochMilli(), end);
      for (TopicPartition partition : partitions) {
        // Timestamps need not rise: the end is left to the look at each of them.
        spans.put(
            partition,
            new Offsets(Math.max(first.get(partition), from.get(partition)), end.get(partition)));
      }
    } else if (window instanceof RecordWindow.Last last) {
      Map<TopicPartition, Long> shares = shares(partitions, first, end, last.records());
      for (TopicPartition partition : partitions) {
        spans.put(
            partition, new Offsets(end.get(partition) - shares.get(partition), end.get(partition)));
      }
    }
  }

  private Map<TopicPartition, Long> at(
      List<TopicPartition> partitions, long time, Map<TopicPartition, Long> end) {
    Map<TopicPartition, Long> asked = new HashMap<>();
    partitions.forEach(partition -> asked.put(partition, time));
    Map<TopicPartition, Long> found = new HashMap<>();
    Map<TopicPartition, OffsetAndTimestamp> answers = consumer.offsetsForTimes(asked);
    for (TopicPartition partition : partitions) {
      OffsetAndTimestamp answer = answers.get(partition);
      found.put(partition, answer == null ? end.get(partition) : answer.offset());
    }
    return found;
  }

  /** Fills the partitions up to one level, the shortest first. */
  private static Map<TopicPartition, Long> shares(
      List<TopicPartition> partitions,
      Map<TopicPartition, Long> first,
      Map<TopicPartition, Long> end,
      long records) {
    List<TopicPartition> shortestFirst = new ArrayList<>(partitions);
    shortestFirst.sort(
        Comparator.comparingLong(partition -> end.get(partition) - first.get(partition)));
    Map<TopicPartition, Long> shares = new HashMap<>();
    long left = records;
    for (int i = 0; i < shortestFirst.size(); i++) {
      TopicPartition partition = shortestFirst.get(i);
      int others = shortestFirst.size() - i;
      long share =
          Math.min(end.get(partition) - first.get(partition), (left + others - 1) / others);
      shares.put(partition, share);
      left -= share;
    }
    return shares;
  }

  /** Number of offsets in the span: at least that of its records. */
  public long offsets() {
    return spans.values().stream().mapToLong(span -> Math.max(0, span.to - span.from)).sum();
  }

  /**
   * Reads every record of the span, from its beginning.
   *
   * @throws TimeoutException if the brokers are away for a minute
   */
  public void read(Consumer<ConsumerRecord<byte[], byte[]>> use) {
    for (Map.Entry<TopicPartition, Offsets> span : spans.entrySet()) {
      if (span.getValue().from < span.getValue().to) {
        read(span.getKey(), span.getValue(), use);
      }
    }
  }

  private void read(
      TopicPartition partition, Offsets span, Consumer<ConsumerRecord<byte[], byte[]>> use) {
    consumer.assign(List.of(partition));
    consumer.seek(partition, span.from);
    long position = span.from;
    long lastProgress = System.nanoTime();
    while (position < span.to) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() < span.to && isMeant(record)) {
          use.accept(record);
        }
      }
      long reached = consumer.position(partition);
      if (reached > position) {
        position = reached;
        lastProgress = System.nanoTime();
      } else if (System.nanoTime() - lastProgress > PATIENCE.toNanos()) {
        throw new TimeoutException(
            partition
                + ": no record after offset "
                + position
                + " within "
                + PATIENCE.toSeconds()
                + " s, expected records up to "
                + span.to);
      }
    }
  }

  private boolean isMeant(ConsumerRecord<byte[], byte[]> record) {
    return !(window instanceof RecordWindow.Times times) || times.contains(record.timestamp());
  }

  @Override
  public void close() {
    consumer.close();
  }
}
