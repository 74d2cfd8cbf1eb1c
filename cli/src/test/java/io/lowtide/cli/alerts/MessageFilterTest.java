package io.lowtide.cli.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.EpisodeChange;
import io.lowtide.schemas.EpisodeKind;
import io.lowtide.schemas.EpisodeRecord;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.schemas.GeneratedClasses;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.SeverityLevel;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class MessageFilterTest {

  static {
    GeneratedClasses.trust();
  }

  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-02T00:00:00Z"), ZoneOffset.UTC);
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final RecordPosition SOURCE = new RecordPosition("readings", 1, 42L);

  private static final AnomalyAlert ALERT =
      AnomalyAlert.newBuilder()
          .setId("readings-1-42-v1")
          .setDetector("press-line")
          .setModelVersion("v1")
          .setKey("press-7")
          .setEventTime(NOON)
          .setLogLikelihood(-31.25)
          .setPValue(0.005)
          .setSeverity(3.4)
          .setLevel(SeverityLevel.MEDIUM)
          .setBudget(0.01)
          .setSummary("a sentence")
          .setContributions(
              List.of(
                  new FieldContribution("pressure", 4.9, 2.1, null, null, -27.5, null, null),
                  new FieldContribution("speed", 3.0, 2.9, null, null, -1.5, null, null),
                  new FieldContribution("power", 3.0, 2.9, null, null, 0.5, null, null)))
          .setEvaluations(12)
          .setSource(SOURCE)
          .build();

  private static final Episode EPISODE =
      Episode.newBuilder()
          .setId("readings-1-42-v1")
          .setDetector("press-line")
          .setKind(EpisodeKind.ANOMALY)
          .setChange(EpisodeChange.WORSENED)
          .setKey("press-7")
          .setFirstSeen(NOON)
          .setLastSeen(NOON.plusSeconds(3_600))
          .setCount(7)
          .setSummary("7 anomalies in 60 minutes")
          .setWorst(
              EpisodeRecord.newBuilder()
                  .setId("readings-1-43-v1")
                  .setModelVersion("v1")
                  .setEventTime(NOON)
                  .setLogLikelihood(-31.5)
                  .setPValue(0.001)
                  .setSeverity(3.5)
                  .setLevel(SeverityLevel.MEDIUM)
                  .setOneIn(3200)
                  .setSource(SOURCE)
                  .build())
          .setFields(List.of("pressure"))
          .setSource(SOURCE)
          .build();

  private static MessageFilter filter(String... options) {
    ReadingOptions reading = new ReadingOptions();
    new CommandLine(reading).parseArgs(options);
    return reading.filter(CLOCK);
  }

  @ParameterizedTest
  @CsvSource({
    "--severity, medium, true",
    "--severity, LOW, true",
    "--severity, HIGH, false",
    "--key, press-7, true",
    "--key, press-*, true",
    "--key, *7, true",
    "--key, press, false",
    "--key, press.7, false",
    "--field, pressure, true",
    "--field, speed, false",
    "--field, power, false",
    "--detector, press-line, true",
    "--detector, press, false",
    "--from, 2026-03-01T12:00:00Z, true",
    "--from, 2026-03-01T13:00:00+01:00, true",
    "--from, 2026-03-01T12:00:01Z, false",
    "--from, PT12H, true",
    "--from, PT11H, false",
    "--from, 2026-03-01, true",
    "--until, 2026-03-01T12:00:00Z, false",
    "--until, 2026-03-02, true"
  })
  void shouldSayWhetherAnAlertIsWanted(String option, String value, boolean wanted) {
    assertThat(filter(option, value).accepts(ALERT)).isEqualTo(wanted);
  }

  @ParameterizedTest
  @CsvSource({
    "--severity, MEDIUM, true",
    "--severity, CRITICAL, false",
    "--key, press-8, false",
    "--field, pressure, true",
    "--field, speed, false",
    "--from, 2026-03-01T13:00:00Z, true",
    "--from, 2026-03-01T13:00:01Z, false",
    "--until, 2026-03-01T12:00:00Z, false",
    "--until, 2026-03-01T12:30:00Z, true"
  })
  void shouldSayWhetherAnEpisodeIsWanted(String option, String value, boolean wanted) {
    assertThat(filter(option, value).accepts(EPISODE)).isEqualTo(wanted);
  }

  @Test
  void shouldTakeAnyOfSeveralKeysAndOnlyWhatFitsAllOptions() {
    assertThat(filter("--key", "a", "--key", "press-7").accepts(ALERT)).isTrue();
    assertThat(filter("--key", "press-7", "--severity", "HIGH").accepts(ALERT)).isFalse();
    assertThat(filter("--key", "*").accepts(AnomalyAlert.newBuilder(ALERT).setKey(null).build()))
        .isFalse();
  }

  @Test
  void shouldKnowTheLevelOfAnAlertFromBeforeThereWereLevels() {
    AnomalyAlert old = AnomalyAlert.newBuilder(ALERT).setLevel(null).build();

    assertThat(filter("--severity", "MEDIUM").accepts(old)).isTrue();
    assertThat(filter("--severity", "HIGH").accepts(old)).isFalse();
  }

  @Test
  void shouldShowAnEpisodeInOneLine() {
    assertThat(EpisodePrinter.line(EPISODE))
        .isEqualTo(
            "WORSENED  2026-03-01T12:00:00Z to 2026-03-01T13:00:00Z  press-7  7 anomalies in 60"
                + " minutes  (readings-1-42-v1)");
  }
}
