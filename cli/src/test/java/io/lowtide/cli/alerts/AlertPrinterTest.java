package io.lowtide.cli.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.ContextValue;
import io.lowtide.schemas.DetectorState;
import io.lowtide.schemas.DriftDirection;
import io.lowtide.schemas.ExplanationKind;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.schemas.GeneratedClasses;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.SeverityLevel;
import io.lowtide.schemas.UnusualPattern;
import java.time.Instant;
import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class AlertPrinterTest {

  static {
    // The builder of an alert reads its defaults as Avro.
    GeneratedClasses.trust();
  }

  private static final AnomalyAlert ALERT =
      new AnomalyAlert(
          "readings-1-42-v1",
          "press-line",
          "v1",
          "press-7",
          Instant.parse("2026-03-01T00:00:00Z"),
          -31.25,
          0.005,
          null,
          3.4,
          SeverityLevel.MEDIUM,
          2500L,
          false,
          0.01,
          "MEDIUM: pressure is 4.9 (expected 2 to 2.25); about 1 in 2,500 normal records is this"
              + " improbable.",
          UnusualPattern.GROUP,
          ExplanationKind.FULL,
          -2.0,
          0.9,
          List.of(
              new FieldContribution("pressure", 4.9, 2.1, null, null, -27.5, 2.0, 2.25),
              new FieldContribution("mode", null, null, "idle", "running", -2.0, null, null),
              new FieldContribution("temperature", 66.0, 65.8, null, null, 0.25, 64.0, 68.0)),
          List.of(new ContextValue("temperature", 1, "64.25")),
          32,
          2L,
          new RecordPosition("readings", 1, 42L),
          null);

  @Test
  void shouldShowAnAlertInOneLine() {
    assertThat(AlertPrinter.line(ALERT))
        .isEqualTo(
            "2026-03-01T00:00:00Z  press-7  MEDIUM: pressure is 4.9 (expected 2 to 2.25); about 1"
                + " in 2,500 normal records is this improbable.  (readings-1-42-v1)");
  }

  @Test
  void shouldNotLetARecordCommandTheTerminal() {
    AnomalyAlert hostile = AnomalyAlert.newBuilder(ALERT).setKey("press\u001b[2J\u202e\n7").build();

    assertThat(AlertPrinter.line(hostile)).contains("press\\u001b[2J\\u202e\\u000a7");
    assertThat(AlertPrinter.readable(hostile)).contains("press\\u001b[2J\\u202e\\u000a7");
  }

  @Test
  void shouldSayAmongHowManyRecordsOfTheStreamAnAlertIsRanked() {
    AnomalyAlert following = AnomalyAlert.newBuilder(ALERT).setCalibrationWindow(10_000).build();

    assertThat(AlertPrinter.readable(following))
        .contains("p = 0.00500 among the last 10,000 records of its partition (budget 0.0100)");
    assertThat(AlertPrinter.readable(ALERT)).contains("p = 0.00500 (budget 0.0100)");
  }

  @Test
  void shouldShowHowTheDetectorDoes() {
    DetectorState state =
        new DetectorState(
            "v1",
            Instant.parse("2026-01-02T03:04:05Z"),
            0.01,
            0.125,
            1_000L,
            0.0,
            null,
            null,
            null);

    assertThat(
            AlertPrinter.readable(AnomalyAlert.newBuilder(ALERT).setDetectorState(state).build()))
        .contains(
            "of the last 1,000 records of its partition 13 % were anomalies (budget 1.0 %); the"
                + " model is from 2026-01-02T03:04:05Z");
  }

  @Test
  void shouldShowThatTheRecordsHaveDrifted() {
    DetectorState state =
        DetectorState.newBuilder()
            .setModelVersion("v1")
            .setModelCreated(Instant.parse("2026-01-02T03:04:05Z"))
            .setBudget(0.01)
            .setAnomalyRate(0.125)
            .setScored(1_000)
            .setUnscorableRate(0)
            .setDrifting(true)
            .setDriftSince(Instant.parse("2026-02-28T23:00:00Z"))
            .setDriftDirection(DriftDirection.TOO_MANY_LOW)
            .build();

    assertThat(
            AlertPrinter.readable(AnomalyAlert.newBuilder(ALERT).setDetectorState(state).build()))
        .contains(
            "the budget does not hold: records have drifted since about 2026-02-28T23:00:00Z (too"
                + " many low p-values)");
  }

  @Test
  void shouldShowAnAlertFieldByField() {
    assertThat(AlertPrinter.readable(ALERT))
        .isEqualToNormalizingNewlines(
            """
            2026-03-01T00:00:00Z  press-line  key press-7
              MEDIUM: pressure is 4.9 (expected 2 to 2.25); about 1 in 2,500 normal records is this improbable.
              p = 0.00500 (budget 0.0100), severity 3.40 (MEDIUM), log-likelihood -31.25 nats
                field               value        normal                 expected       nats
                pressure              4.9           2.1                2 to 2.25     -27.50
                mode                 idle       running                  running      -2.00
                temperature            66          65.8                 64 to 68      +0.25
              given temperature 1 before = 64.25
              record readings, partition 1, offset 42; model v1, 32 evaluations; 2 repeats withheld before it\
            """);
  }

  @Test
  void shouldShowAnAlertThatWasWrittenBeforeThereWereLevels() throws Exception {
    AnomalyAlert old = AnomalyAlert.newBuilder(ALERT).setLevel(null).setOneIn(null).build();

    assertThat(AlertPrinter.readable(old)).contains("severity 3.40, log-likelihood");
    assertThat(new ObjectMapper().readTree(AvroJson.line(old)).get("level").isNull()).isTrue();
  }

  @Test
  void shouldShowEveryFieldOfTheContractAsJson() throws Exception {
    JsonNode json = new ObjectMapper().readTree(AvroJson.line(ALERT));

    for (Schema.Field field : AnomalyAlert.getClassSchema().getFields()) {
      assertThat(json.has(field.name())).as(field.name()).isTrue();
    }
    assertThat(json.get("eventTime").asText()).isEqualTo("2026-03-01T00:00:00Z");
    assertThat(json.get("level").asText()).isEqualTo("MEDIUM");
    assertThat(json.get("contributions").get(0).get("normalValue").asDouble()).isEqualTo(2.1);
    assertThat(json.get("source").get("offset").asLong()).isEqualTo(42);
  }
}
