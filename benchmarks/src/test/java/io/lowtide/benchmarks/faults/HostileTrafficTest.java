package io.lowtide.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.topic.TopicReader;
import io.lowtide.quickstart.kafka.EmbeddedKafka;
import io.lowtide.quickstart.traffic.MachinePark;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;

class HostileTrafficTest {

  private static final String TOPIC = "telemetry";
  private static final Duration TIME_FOR_ANOTHER = Duration.ofMillis(500);

  @Test
  void shouldSendEachRecordOnceThoughOneWriteIsRefusedAndTheNextIsNotAcknowledged()
      throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start();
        SchemaRegistry registry =
            ConfluentSchemaRegistry.connect(Map.of("schema.registry.url", "mock://hostile"))) {
      kafka.createTopic(TOPIC, 1, Map.of());
      int port = Integer.parseInt(kafka.bootstrapServers().split(":")[1]);
      Queue<Mishap> ofWrites =
          new ConcurrentLinkedQueue<>(
              List.of(Mishap.refusedAfter(TIME_FOR_ANOTHER), Mishap.ANSWER_LOST));
      try (UnsteadyNetwork network =
          new UnsteadyNetwork(port, request -> mishap(request, ofWrites))) {
        HostileTraffic traffic =
            new HostileTraffic(
                network.bootstrapServers(), registry, TOPIC, new MachinePark(100, 200, 1), 200, 1);
        traffic.start();
        Thread.sleep(2_000);
        traffic.close();

        assertThat(ofWrites).isEmpty();
        assertThat(traffic.acknowledged()).isPositive();
        assertThat(count(kafka)).isEqualTo(traffic.acknowledged());
      }
    }
  }

  private static Mishap mishap(RequestHeader request, Queue<Mishap> ofWrites) {
    Mishap next = request.apiKey() == ApiKeys.PRODUCE ? ofWrites.poll() : null;
    return next == null ? Mishap.NONE : next;
  }

  private static long count(EmbeddedKafka kafka) {
    AtomicLong count = new AtomicLong();
    try (TopicReader reader =
        new TopicReader(Map.of("bootstrap.servers", kafka.bootstrapServers()), List.of(TOPIC))) {
      reader.toEnd(
          message -> {
            count.incrementAndGet();
            return true;
          });
    }
    return count.get();
  }
}
