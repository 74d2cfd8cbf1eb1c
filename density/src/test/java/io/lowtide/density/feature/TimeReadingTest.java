package io.lowtide.density.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.schemas.DateOrder;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class TimeReadingTest {

  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static double seconds(String instant) {
    return Instant.parse(instant).getEpochSecond();
  }

  @Test
  void shouldReadDatesAsPeopleWriteThem() {
    for (String text :
        List.of(
            "2026-03-04T05:06:07Z",
            "2026-03-04t05:06:07z",
            "2026-03-04 05:06:07",
            "2026-03-04 05:06:07 UTC",
            "2026/03/04 05:06:07",
            "04.03.2026 05:06:07",
            "4.3.2026 5:06:07",
            "2026-03-04T06:06:07+01:00",
            "2026-03-04 06:06:07 +01:00",
            "2026-03-04 06:06:07 +0100",
            "2026-03-04T06:06:07+01",
            "2026-03-04T06:06:07+01:00[Europe/Berlin]",
            "2026-03-04T06:06:07[Europe/Berlin]")) {
      assertThat(TimeReading.UTC.ofText(text)).as(text).isEqualTo(seconds("2026-03-04T05:06:07Z"));
    }
    for (String text : List.of("2026-03-04 05:06:07,125", "2026-03-04T05:06:07.125")) {
      assertThat(TimeReading.UTC.ofText(text)).isEqualTo(seconds("2026-03-04T05:06:07Z") + 0.125);
    }
    assertThat(TimeReading.UTC.ofText("2026-03-04")).isEqualTo(seconds("2026-03-04T00:00:00Z"));
    assertThat(TimeReading.UTC.ofText("08:30")).isEqualTo(8.5 * 3_600);
    assertThat(TimeReading.UTC.ofText("1772600767")).isEqualTo(1_772_600_767);
  }

  @Test
  void shouldReadTheDigitsOfADateAndATimeOfDay() {
    assertThat(TimeReading.UTC.ofNumber(20260304050607.0))
        .isEqualTo(seconds("2026-03-04T05:06:07Z"));
    assertThat(TimeReading.UTC.ofText("20260304050607")).isEqualTo(seconds("2026-03-04T05:06:07Z"));
    assertThat(TimeReading.UTC.ofDate("20260304050607")).isEqualTo(seconds("2026-03-04T05:06:07Z"));
    assertThat(new TimeReading(BERLIN, DateOrder.UNSTATED).ofNumber(20260704050607.0))
        .isEqualTo(seconds("2026-07-04T03:06:07Z"));
    for (double noDate : new double[] {20260230050607.0, 20261304050607.0, 20260304250607.0}) {
      assertThat(TimeReading.UTC.ofNumber(noDate)).isNaN();
    }
    assertThat(TimeReading.UTC.ofNumber(1.7726007675e12)).isEqualTo(1_772_600_767.5);
    assertThat(TimeReading.UTC.ofNumber(1.772600767e15)).isEqualTo(1_772_600_767);
  }

  @Test
  void shouldNotGuessWhatIsTheDay() {
    TimeReading dayFirst = TimeReading.of("", DateOrder.DAY_FIRST);
    TimeReading monthFirst = TimeReading.of("", DateOrder.MONTH_FIRST);
    for (String text : List.of("03/04/2026", "25/12/2026", "3-4-2026")) {
      assertThat(TimeReading.UTC.ofText(text)).as(text).isNaN();
    }
    assertThat(dayFirst.ofText("03/04/2026")).isEqualTo(seconds("2026-04-03T00:00:00Z"));
    assertThat(monthFirst.ofText("03/04/2026")).isEqualTo(seconds("2026-03-04T00:00:00Z"));
    assertThat(monthFirst.ofText("3/4/2026 2:30 PM")).isEqualTo(seconds("2026-03-04T14:30:00Z"));
    assertThat(monthFirst.ofText("3/4/2026 12:30 AM")).isEqualTo(seconds("2026-03-04T00:30:00Z"));
    assertThat(monthFirst.ofText("25/12/2026")).isNaN();
    assertThat(dayFirst.ofText("2026-03-04")).isEqualTo(seconds("2026-03-04T00:00:00Z"));
  }

  @Test
  void shouldTellWhatIsNoTime() {
    for (String text :
        List.of("", "unknown", "2026-02-30", "2026-13-01", "25:00", "2026-03/04", "1.2.3", "v1")) {
      assertThat(TimeReading.UTC.ofText(text)).as(text).isNaN();
    }
    assertThatThrownBy(() -> TimeReading.of("Europe/Berlinn", DateOrder.UNSTATED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("zone \"Europe/Berlinn\", expected one like Europe/Berlin or UTC");
  }

  @Test
  void shouldTakeWhatNamesNoZoneForTheClockOfTheZone() {
    TimeReading berlin = new TimeReading(BERLIN, DateOrder.UNSTATED);
    assertThat(berlin.ofText("2026-07-01 12:00")).isEqualTo(seconds("2026-07-01T10:00:00Z"));
    assertThat(berlin.ofText("2026-07-01T12:00Z")).isEqualTo(seconds("2026-07-01T12:00:00Z"));
    Schema local = LogicalTypes.localTimestampMillis().addToSchema(Schema.create(Schema.Type.LONG));
    Schema instant = LogicalTypes.timestampMillis().addToSchema(Schema.create(Schema.Type.LONG));
    long noon = 1000 * (long) seconds("2026-07-01T12:00:00Z");
    assertThat(berlin.of(noon, local)).isEqualTo(seconds("2026-07-01T10:00:00Z"));
    assertThat(berlin.of(noon, instant)).isEqualTo(seconds("2026-07-01T12:00:00Z"));
    assertThat(berlin.of(noon, Schema.createUnion(Schema.create(Schema.Type.NULL), local)))
        .isEqualTo(seconds("2026-07-01T10:00:00Z"));
    Schema ofDay = LogicalTypes.timeMillis().addToSchema(Schema.create(Schema.Type.INT));
    assertThat(TimeReading.UTC.of(8 * 3_600_000, ofDay)).isEqualTo(8 * 3_600);
  }

  @Test
  void shouldFollowTheClockAcrossItsChanges() {
    for (String zone : List.of("Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC")) {
      ZoneId id = ZoneId.of(zone);
      ZoneShift shift = new ZoneShift(id);
      for (long t = 0; t < 2_500_000_000L; t += 1_234_567) {
        LocalDateTime local = LocalDateTime.ofInstant(Instant.ofEpochSecond(t), id);
        double wall = local.toEpochSecond(ZoneOffset.UTC);
        assertThat(shift.toWallClock(t)).isEqualTo(wall);
        assertThat(shift.toInstant(wall)).isEqualTo(local.atZone(id).toEpochSecond());
      }
    }
    ZoneShift berlin = new ZoneShift(BERLIN);
    double change = seconds("2026-03-29T01:00:00Z");
    assertThat(berlin.toWallClock(change - 1)).isEqualTo(change + 3_599);
    assertThat(berlin.toWallClock(change)).isEqualTo(change + 7_200);
  }
}
