package io.lowtide.benchmarks.explanation;

import io.lowtide.kafka.topic.TopicReader;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.config.StreamSettings;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * What Kafka alone costs: an application that sends for each record as many messages, and as large
 * ones, as the stream application did, exactly once as that does, and computes nothing. What goes
 * to the changelogs of stores is sent like the rest, without a store.
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
   * @param ofEachRecord messages for each record
   * @param keyLength mean length of their keys, in bytes
   * @param valueLength of their values, likewise
   */
  record Messages(String topic, double ofEachRecord, int keyLength, int valueLength) {

    /** What an application has sent to a topic. */
    static Messages of(StreamSettings application, String topic, int records) {
      long[] sums = new long[3];
      try (TopicReader reader =
          new TopicReader(application.connection().clientProperties(), List.of(topic))) {
        reader.toEnd(
            message -> {
              sums[0]++;
              sums[1] += message.key() == null ? 0 : message.key().length;
              sums[2] += message.value() == null ? 0 : message.value().length;
              return true;
            });
      }
      long count = Math.max(1, sums[0]);
      return new Messages(
          topic, (double) sums[0] / records, (int) (sums[1] / count), (int) (sums[2] / count));
    }

    /** What it has sent to all of its topics, changelogs included. */
    static List<Messages> ofAll(StreamSettings application, int records) {
      List<Messages> all = new ArrayList<>();
      for (OutputTopic output :
          List.of(OutputTopic.SCORES, OutputTopic.ALERTS, OutputTopic.EPISODES)) {
        all.add(of(application, application.outputTopics().get(output), records));
      }
      for (String store : List.of("suppression", "episodes")) {
        all.add(of(application, application.applicationId() + "-" + store + "-changelog", records));
      }
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
    private long sent;

    Copy(List<Messages> messages, LongAdder read) {
      this.messages = messages;
      this.read = read;
      this.due = new double[messages.size()];
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      for (int i = 0; i < due.length; i++) {
        Messages ofTopic = messages.get(i);
        for (due[i] += ofTopic.ofEachRecord(); due[i] >= 1; due[i]--) {
          ByteBuffer key = ByteBuffer.allocate(Math.max(Long.BYTES, ofTopic.keyLength()));
          key.putLong(sent++);
          context()
              .forward(
                  new Record<>(key.array(), new byte[ofTopic.valueLength()], record.timestamp()),
                  ofTopic.topic());
        }
      }
      read.increment();
    }
  }
}
