package io.lowtide.stream.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.kafka.topic.TopicLimits;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.config.StreamSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class OutputLimitsTest {

  private static final long NOW = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();

  private static OutputLimits limits(Map<String, String> others) {
    Map<String, String> settings = new HashMap<>(others);
    settings.put("bootstrap.servers", "localhost:9092");
    settings.put("schema.registry.url", "http://localhost:8081");
    settings.put("detector", "press-line");
    settings.put("source.topics", "readings");
    return new OutputLimits(StreamSettings.of(settings));
  }

  private static long after(Duration duration) {
    return NOW + duration.toMillis();
  }

  @Test
  void shouldKeepATimestampThatKafkaTakesByDefault() {
    OutputLimits limits = limits(Map.of());

    assertThat(limits.timestamp(after(Duration.ofMinutes(58)), NOW))
        .isEqualTo(after(Duration.ofMinutes(58)));
    assertThat(limits.timestamp(0, NOW)).isZero();
  }

  @Test
  void shouldReplaceATimestampThatIsFurtherAheadThanAnHourOrNearly() {
    OutputLimits limits = limits(Map.of());

    assertThat(limits.timestamp(after(Duration.ofSeconds(3_570)), NOW)).isEqualTo(NOW);
    assertThat(limits.timestamp(Long.MAX_VALUE, NOW)).isEqualTo(NOW);
  }

  @Test
  void shouldLeaveRoomForDataThatGrowWhenTheyAreCompressed() {
    assertThat(limits(Map.of("kafka.max.request.size", "640000")).largest(OutputTopic.ALERTS))
        .isEqualTo(630_000);
  }

  @Test
  void shouldLeaveTheProducersLimitToWhoeverSetsOne() {
    Properties properties = new Properties();

    limits(Map.of("kafka.producer.max.request.size", "640000")).applyTo(properties);
    assertThat(properties).isEmpty();
    limits(Map.of()).applyTo(properties);
    assertThat(properties).containsEntry("producer.max.request.size", 1_048_576);
  }

  @Test
  void shouldSendBatchesThatEveryTopicTakes() {
    TopicLimits small = new TopicLimits(64_000, Long.MAX_VALUE, Long.MAX_VALUE, false);

    assertThat(OutputLimits.batchFor(131_072, List.of(TopicLimits.DEFAULT))).isEqualTo(131_072);
    assertThat(OutputLimits.batchFor(131_072, List.of(TopicLimits.DEFAULT, small)))
        .isEqualTo(63_000);
    assertThat(OutputLimits.batchFor(16_384, List.of(small))).isEqualTo(16_384);
  }

  @Test
  void shouldLeaveTheSizeOfBatchesToWhoeverSetsOne() {
    Properties properties = new Properties();
    properties.put("producer.batch.size", "1000000");

    limits(Map.of("kafka.producer.batch.size", "1000000")).applyTo(properties);
    assertThat(properties).containsEntry("producer.batch.size", "1000000");
  }
}
