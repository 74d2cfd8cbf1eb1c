package io.lowtide.density.explanation;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.calibration.Rarity;
import io.lowtide.schemas.FieldContribution;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertSummaryTest {

  @Test
  void shouldNameTheFieldsThatExplainMostOfIt() {
    String summary =
        AlertSummary.of(
            new Rarity(2_000, false),
            List.of(
                new FieldContribution("temperature", 91.2345, 64.8, null, null, -12.0),
                new FieldContribution("pressure", 0.41, 2.0, null, null, -6.0),
                new FieldContribution("speed", 3.0, 3.1, null, null, -0.5),
                new FieldContribution("load", 1.0, 1.0, null, null, 0.7)));

    assertThat(summary)
        .isEqualTo(
            "MEDIUM, about 1 in 2,000 normal records is this improbable: temperature is 91.23 (normal"
                + " here: 64.8) and pressure is 0.41 (normal here: 2).");
  }

  @Test
  void shouldSayThatTheTailCanSayNoMore() {
    assertThat(
            AlertSummary.of(
                new Rarity(1_000_000, true),
                List.of(new FieldContribution("x", 1e30, 0.0, null, null, -5.0))))
        .isEqualTo(
            "CRITICAL, fewer than 1 in 1,000,000 normal records are this improbable: x is 1.000e+30 (normal"
                + " here: 0).");
  }

  @Test
  void shouldNotTellALevelAsKnownThatMayBeHigher() {
    assertThat(AlertSummary.of(new Rarity(200, true), List.of()))
        .startsWith("At least LOW, fewer than 1 in 200 normal records are this improbable: ");
  }

  @Test
  void shouldSaySoWhenNoFieldStandsOut() {
    assertThat(
            AlertSummary.of(
                new Rarity(100, false),
                List.of(new FieldContribution("x", 1.0, 1.0, null, null, 0.0))))
        .endsWith("no field stands out by itself.");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0.0, 0",
    "2.0, 2",
    "1234567, 1235000",
    "0.00012345, 0.0001235",
    "1.5e-9, 1.500e-09",
    "-3.14159, -3.142"
  })
  void shouldRoundNumbersToFourDigits(double value, String text) {
    assertThat(AlertSummary.number(value)).isEqualTo(text);
  }
}
