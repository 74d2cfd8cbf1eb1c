package io.lowtide.stream.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.stream.metrics.StreamMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.ConnectException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OutageTest {

  private static final ConnectException REFUSED = new ConnectException("refused");

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final StreamMetrics metrics = new StreamMetrics(meters);
  private long now = -7_000_000_000L;
  private final Outage registry =
      new Outage(Dependency.SCHEMA_REGISTRY, "http://registry", metrics, () -> now);

  private void pass(double seconds) {
    now += Math.round(seconds * 1e9);
  }

  private double count(String dependency) {
    return meters.get("lowtide.outages").tag("dependency", dependency).counter().count();
  }

  private double seconds(String dependency) {
    return meters.get("lowtide.outage.seconds").tag("dependency", dependency).gauge().value();
  }

  @Test
  void shouldTakeAShortFaultForNoOutage() {
    registry.failed(REFUSED);
    pass(1.9);
    registry.failed(REFUSED);
    registry.recovered();
    pass(10);

    assertThat(registry.underWay()).isEmpty();
    assertThat(count("schema_registry")).isZero();
    assertThat(meters.get("lowtide.transient.faults").counter().count()).isEqualTo(2);
  }

  @Test
  void shouldTellWhatIsAwaySinceWhenAndWhy() {
    registry.failed(REFUSED);
    pass(60);

    Outage.UnderWay underWay = registry.underWay().orElseThrow();
    assertThat(underWay.what()).isEqualTo("the schema registry at http://registry");
    assertThat(underWay.seconds()).isEqualTo(60);
    assertThat(underWay.since())
        .isBetween(Instant.now().minusSeconds(70), Instant.now().minusSeconds(60));
    assertThat(underWay.toString())
        .startsWith("the schema registry at http://registry, away since 20")
        .endsWith("Z (ConnectException: refused)");
  }

  @Test
  void shouldCountOneOutageAndTellHowLongItLasts() {
    registry.failed(REFUSED);
    for (int i = 0; i < 50; i++) {
      pass(2);
      registry.failed(REFUSED);
      registry.unanswered(REFUSED);
    }

    assertThat(count("schema_registry")).isEqualTo(1);
    assertThat(seconds("schema_registry")).isEqualTo(100);
    registry.recovered();
    registry.answered();
    pass(Outage.STEADY.toSeconds());
    assertThat(seconds("schema_registry")).isZero();
    assertThat(count("schema_registry")).isEqualTo(1);
  }

  @Test
  void shouldTakeComingAndGoingForOneOutage() {
    registry.unanswered(REFUSED);
    pass(3);
    registry.unanswered(REFUSED);
    for (int i = 0; i < 20; i++) {
      pass(1);
      registry.answered();
      assertThat(registry.underWay()).isPresent();
      pass(1);
      registry.unanswered(REFUSED);
      assertThat(registry.underWay()).isPresent();
    }
    registry.answered();
    pass(Outage.STEADY.toSeconds());

    assertThat(registry.underWay()).isEmpty();
    assertThat(count("schema_registry")).isEqualTo(1);
  }

  @Test
  void shouldNotTakeAnswersToTheWatchForWhatARecordWaitsFor() {
    registry.failed(REFUSED);
    for (int i = 0; i < 10; i++) {
      pass(1);
      registry.answered();
      registry.failed(REFUSED);
    }

    assertThat(registry.underWay()).hasValueSatisfying(o -> assertThat(o.waitedFor()).isTrue());
  }

  @Test
  void shouldEndWithTheWatchWhenNothingWaitsAnyLonger() {
    registry.failed(REFUSED);
    pass(5);
    registry.answered();
    assertThat(registry.underWay()).isPresent();
    pass(Outage.FORGOTTEN.toSeconds());
    registry.answered();

    assertThat(registry.underWay()).isEmpty();
  }

  @Test
  void shouldSayThatNoRecordWaitsForARegistryThatOnlyTheWatchMisses() {
    registry.unanswered(REFUSED);
    pass(5);

    assertThat(registry.underWay()).hasValueSatisfying(o -> assertThat(o.waitedFor()).isFalse());
  }

  @Test
  void shouldSayThatEveryRecordWaitsForKafka() {
    Outage kafka = new Outage(Dependency.KAFKA, "broker:9092", metrics, () -> now);
    kafka.unanswered(REFUSED);
    pass(Outage.GRACE.toSeconds());

    assertThat(kafka.underWay()).hasValueSatisfying(o -> assertThat(o.waitedFor()).isTrue());
    assertThat(seconds("kafka")).isEqualTo(2);
    assertThat(count("kafka")).isEqualTo(1);
    assertThat(count("schema_registry")).isZero();
  }
}
