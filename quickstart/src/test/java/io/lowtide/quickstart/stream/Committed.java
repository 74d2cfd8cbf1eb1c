package io.lowtide.quickstart.stream;

import io.lowtide.kafka.topic.TopicReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What a consumer that reads committed transactions only has seen of a topic so far. */
final class Committed implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  private final TopicReader reader;
  private final List<ConsumerRecord<byte[], byte[]>> seen = new ArrayList<>();

  Committed(String bootstrapServers, String topic) {
    reader =
        new TopicReader(
            Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers), List.of(topic));
  }

  /** Reads to the end of what is committed now. */
  List<ConsumerRecord<byte[], byte[]>> toEnd() {
    reader.toEnd(seen::add);
    return seen;
  }

  /** Reads what arrives within a short time. */
  List<ConsumerRecord<byte[], byte[]>> soFar() {
    reader.poll(POLL).forEach(seen::add);
    return seen;
  }

  @Override
  public void close() {
    reader.close();
  }
}
