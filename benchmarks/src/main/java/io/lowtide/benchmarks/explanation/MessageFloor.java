package io.lowtide.benchmarks.explanation;

import io.lowtide.kafka.topic.TopicReader;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.config.StreamSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * What Kafka alone costs: an application that sends for each record as many of the messages that
 * the stream application sent, exactly once and compressed as that does, and computes nothing. What
 * goes to the changelogs of stores is sent like the rest, without a store.
 */
final class MessageFloor implements AutoCloseable {

  private static final String SOURCE = "records";
  private static final String COPY = "copy";

  private final KafkaStreams streams;
  private final LongAdder read = new LongAdder();

  /**
   * The messages of one topic.
   *
   * @param topic where they are
   * @param records that they were sent for
   * @param sent their keys and values
   */
  record Messages(String topic, int records, List<KeyValue<byte[], byte[]>> sent) {

    /** What an application has sent to a topic. */
    static Messages of(StreamSettings application, String topic, int records) {
      List<KeyValue<byte[], byte[]>> sent = new ArrayList<>();
      try (TopicReader reader =
          new TopicReader(application.connection().clientProperties(), List.of(topic))) {
        reader.toEnd(message -> sent.add(KeyValue.pair(message.key(), message.value())));
      }
      return new Messages(topic, records, sent);
    }

    /** Messages for each record. */
    double ofEachRecord() {
      return (double) sent.size() / records;
    }

    /** Mean length of key and value together, in bytes, before they are compressed. */
    double length() {
      return sent.stream()
          .mapToLong(message -> length(message.key) + length(message.value))
          .average()
          .orElse(0);
    }

    private static int length(byte[] bytes) {
      return bytes == null ? 0 : bytes.length;
    }

    /** What it has sent to all of its topics, changelogs included. */
    static List<Messages> ofAll(StreamSettings application, int records) {
      List<Messages> all = new ArrayList<>();
      for (OutputTopic output :
          List.of(OutputTopic.SCORES, OutputTopic.ALERTS, OutputTopic.EPISODES)) {
        all.add(of(application, application.outputTopics().get(output), records));
      }
      all.add(of(application, application.applicationId() + "-episodes-changelog", records));
      return all;
    }
  }

  /**
   * Starts it.
   *
   * @param settings of an application that reads the records
   * @param messages what it is to send for them, to topics of these names that are there
   */
  MessageFloor(StreamSettings settings, List<Messages> messages) {
    Topology topology = new Topology();
    topology.addSource(
        SOURCE,
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        settings.sourceTopics().toArray(String[]::new));
    topology.addProcessor(COPY, () -> new Copy(messages, read), SOURCE);
    for (Messages ofTopic : messages) {
      topology.addSink(
          ofTopic.topic(),
          ofTopic.topic(),
          new ByteArraySerializer(),
          new ByteArraySerializer(),
          COPY);
    }
    streams = new KafkaStreams(topology, settings.streamsProperties());
    streams.start();
  }

  /** Records read so far. */
  long read() {
    return read.sum();
  }

  @Override
  public void close() {
    streams.close();
  }

  private static final class Copy extends ContextualProcessor<byte[], byte[], byte[], byte[]> {

    private final List<Messages> messages;
    private final LongAdder read;
    private final double[] due;
    private final int[] next;

    Copy(List<Messages> messages, LongAdder read) {
      this.messages = messages;
      this.read = read;
      this.due = new double[messages.size()];
      this.next = new int[messages.size()];
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      for (int i = 0; i < due.length; i++) {
        Messages ofTopic = messages.get(i);
        for (due[i] += ofTopic.ofEachRecord(); due[i] >= 1; due[i]--) {
          KeyValue<byte[], byte[]> message = ofTopic.sent().get(next[i]);
          next[i] = (next[i] + 1) % ofTopic.sent().size();
          context()
              .forward(
                  new Record<>(message.key, message.value, record.timestamp()), ofTopic.topic());
        }
      }
      read.increment();
    }
  }
}
