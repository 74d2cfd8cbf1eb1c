package io.lowtide.density.explanation;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.calibration.Rarity;
import io.lowtide.schemas.ExplanationKind;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.schemas.UnusualPattern;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertSummaryTest {

  private static final Rarity RARE = new Rarity(2_000, false);

  private static final FieldContribution TEMPERATURE =
      new FieldContribution("temperature", 91.2345, 64.8, null, null, -12.0, 63.14, 66.5);

  private static final FieldContribution PRESSURE =
      new FieldContribution("pressure", 0.41, 2.0, null, null, -6.0, 1.95, 2.05);

  private static final FieldContribution SPEED =
      new FieldContribution("speed", 3.0, 3.1, null, null, -0.5, 2.9, 3.3);

  @Test
  void shouldSayWhatIsExpectedOfTheOneFieldThatIsUnusual() {
    assertThat(AlertSummary.of(RARE, full(UnusualPattern.FIELD, TEMPERATURE)))
        .isEqualTo(
            "MEDIUM: temperature is 91.23 (expected 63.14 to 66.5); about 1 in 2,000 normal records"
                + " is this improbable.");
  }

  @Test
  void shouldNameTheFieldsOfAGroupThatExplainMostOfIt() {
    assertThat(AlertSummary.of(RARE, full(UnusualPattern.GROUP, TEMPERATURE, PRESSURE, SPEED)))
        .isEqualTo(
            "MEDIUM: temperature is 91.23 (expected 63.14 to 66.5) and pressure is 0.41 (expected"
                + " 1.95 to 2.05), which do not fit the other fields; about 1 in 2,000 normal"
                + " records is this improbable.");
  }

  @Test
  void shouldTellNumbersApartThatLieCloseTogetherFarFromZero() {
    assertThat(
            ofOneField(
                new FieldContribution(
                    "latitude", 48.1000912, 48.1, null, null, -9.0, 48.0999803, 48.1000197)))
        .startsWith("MEDIUM: latitude is 48.100091 (expected 48.0999803 to 48.1000197); ");
    assertThat(
            ofOneField(
                new FieldContribution(
                    "id", 1_500_000_093.0, 1_500_000_012.0, null, null, -9.0, null, null)))
        .startsWith("MEDIUM: id is 1500000093 (expected 1500000012); ");
  }

  @Test
  void shouldSayThatOnlyTheWholeIsUnusual() {
    assertThat(AlertSummary.of(RARE, full(UnusualPattern.JOINT, PRESSURE, SPEED)))
        .startsWith("MEDIUM: the fields do not fit together, most of all pressure is 0.41 (");
  }

  @Test
  void shouldSayThatAnExplanationIsBrief() {
    Explanation brief =
        new Explanation(
            ExplanationKind.BRIEF,
            Optional.empty(),
            -3,
            OptionalDouble.empty(),
            List.of(new FieldContribution("x", 4.0, null, null, null, -5.0, null, null)));
    assertThat(AlertSummary.of(RARE, brief)).startsWith("MEDIUM: at a first look, x is 4; about");
  }

  @Test
  void shouldTellCategories() {
    assertThat(
            ofOneField(
                new FieldContribution("mode", null, null, "idle", "running", -4.0, null, null)))
        .startsWith("MEDIUM: mode is idle (expected running); ");
  }

  @Test
  void shouldSayThatTheTailCanSayNoMore() {
    assertThat(
            AlertSummary.of(
                new Rarity(1_000_000, true),
                full(
                    UnusualPattern.FIELD,
                    new FieldContribution("x", 1e30, 0.0, null, null, -5.0, null, null))))
        .isEqualTo(
            "CRITICAL: x is 1.000e+30 (expected 0); fewer than 1 in 1,000,000 normal records are"
                + " this improbable.");
  }

  @Test
  void shouldNotTellALevelAsKnownThatMayBeHigher() {
    assertThat(AlertSummary.of(new Rarity(200, true), full(UnusualPattern.FIELD)))
        .startsWith("At least LOW: ")
        .endsWith("fewer than 1 in 200 normal records are this improbable.");
  }

  @Test
  void shouldSaySoWhenNoFieldStandsOut() {
    assertThat(ofOneField(new FieldContribution("x", 1.0, 1.0, null, null, 0.0, null, null)))
        .startsWith("MEDIUM: no field stands out by itself; ");
  }

  private static String ofOneField(FieldContribution contribution) {
    return AlertSummary.of(RARE, full(UnusualPattern.FIELD, contribution));
  }

  private static Explanation full(UnusualPattern pattern, FieldContribution... contributions) {
    return new Explanation(
        ExplanationKind.FULL,
        Optional.of(pattern),
        -3,
        OptionalDouble.of(0.9),
        List.of(contributions));
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
