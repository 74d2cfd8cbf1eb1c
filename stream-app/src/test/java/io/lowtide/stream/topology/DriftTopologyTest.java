package io.lowtide.stream.topology;

import static io.lowtide.stream.topology.DetectionFixture.START;
import static io.lowtide.stream.topology.DetectionFixture.reading;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.DetectorState;
import io.lowtide.schemas.DriftChange;
import io.lowtide.schemas.DriftDirection;
import io.lowtide.schemas.DriftEnd;
import io.lowtide.schemas.DriftEvent;
import io.lowtide.stream.TestModels;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriftTopologyTest {

  private static final int BEFORE = 3_000;

  @TempDir private Path directory;
  private final Random random = new Random(11);
  private DetectionFixture stream;
  private int sent;

  @AfterEach
  void close() {
    stream.close();
  }

  /** One record a second, of 40 keys. */
  private void send(int records, double temperature) {
    for (int i = 0; i < records; i++) {
      stream.send(
          "press-" + random.nextInt(40),
          reading(temperature + 5 * random.nextGaussian(), 2 + 0.5 * random.nextGaussian()),
          START.plusSeconds(sent++));
    }
  }

  private List<DriftEvent> events() {
    List<TestRecord<byte[], byte[]>> messages = stream.driftMessages();
    assertThat(messages)
        .allSatisfy(
            message -> assertThat(new String(message.key(), UTF_8)).isEqualTo(TestModels.DETECTOR));
    return messages.stream().map(stream::driftEvent).toList();
  }

  @Test
  void shouldTellOfDriftSinceWhenAndThatItIsOverWithTheNextModel() {
    stream = new DetectionFixture(directory, Map.of());
    stream.publish(TestModels.bundle(TestModels.DETECTOR, "v1", 1_999, 0.05));
    send(BEFORE, 65);
    assertThat(events()).isEmpty();
    assertThat(stream.alerts())
        .extracting(alert -> alert.getDetectorState().getDrifting())
        .isNotEmpty()
        .containsOnly(false);
    Instant changed = START.plusSeconds(sent);
    send(3_000, 75);

    DriftEvent raised = events().get(0);
    assertThat(raised.getChange()).isEqualTo(DriftChange.RAISED);
    assertThat(raised.getEndedBy()).isNull();
    assertThat(raised.getId()).matches("readings-0-\\d+-v1");
    assertThat(raised.getDetector()).isEqualTo(TestModels.DETECTOR);
    assertThat(raised.getPartition()).isZero();
    assertThat(raised.getGroup()).isNull();
    assertThat(raised.getModelVersion()).isEqualTo("v1");
    assertThat(raised.getDirection()).isEqualTo(DriftDirection.TOO_MANY_LOW);
    assertThat(raised.getBudget()).isEqualTo(0.05);
    assertThat(raised.getShareWithinBudget()).isGreaterThan(0.15);
    assertThat(Duration.between(changed, raised.getSince()).abs())
        .isLessThan(Duration.ofMinutes(15));
    assertThat(raised.getToldAt()).isAfter(changed).isBefore(START.plusSeconds(sent));
    assertThat(raised.getRecords())
        .isCloseTo(Duration.between(raised.getSince(), raised.getToldAt()).toSeconds(), within(9L));
    assertThat(raised.getSummary())
        .startsWith("Records have become less probable since " + raised.getSince());
    assertThat(stream.meters.get("lowtide.drift").gauge().value()).isEqualTo(1);
    List<AnomalyAlert> alerts = stream.alerts();
    DetectorState known = alerts.get(alerts.size() - 1).getDetectorState();
    assertThat(known.getDrifting()).isTrue();
    assertThat(known.getDriftSince()).isEqualTo(raised.getSince());
    assertThat(known.getDriftDirection()).isEqualTo(DriftDirection.TOO_MANY_LOW);

    stream.publish(TestModels.bundle(TestModels.DETECTOR, "v2", 1_999, 0.05));
    send(1, 65);

    DriftEvent over = events().get(0);
    assertThat(over.getChange()).isEqualTo(DriftChange.OVER);
    assertThat(over.getEndedBy()).isEqualTo(DriftEnd.MODEL_REPLACED);
    assertThat(over.getId()).isEqualTo(raised.getId());
    assertThat(over.getModelVersion()).isEqualTo("v1");
    assertThat(stream.meters.get("lowtide.drift").gauge().value()).isZero();
    assertThat(stream.count("lowtide.drift.events", "change", "raised")).isEqualTo(1);
    assertThat(stream.count("lowtide.drift.events", "change", "over")).isEqualTo(1);
  }

  @Test
  void shouldNotWatchDriftWithoutATopicForIt() {
    stream = new DetectionFixture(directory, Map.of("drift.topic", ""));
    stream.publish(TestModels.bundle(TestModels.DETECTOR, "v1", 1_999, 0.05));
    send(2_000, 80);

    List<AnomalyAlert> alerts = stream.alerts();
    assertThat(alerts).isNotEmpty();
    assertThat(alerts.get(alerts.size() - 1).getDetectorState().getDrifting()).isNull();
  }
}
