package io.lowtide.density.drift;

import java.time.Duration;

/**
 * What counts as drift.
 *
 * @param falseAlarmRecords records between two false alarms, on average and at the least
 * @param tolerance share of the records that may be anything, anomalies included, without being
 *     drift; from 0 to below 1
 * @param span time that the evidence must stretch over
 */
public record DriftSettings(double falseAlarmRecords, double tolerance, Duration span) {

  /** Fewer records do not make a block of evidence. */
  public static final long LEAST_FALSE_ALARM_RECORDS = 10_000;

  private static final double MOST_FALSE_ALARM_RECORDS = 1e16;

  /** Checks the numbers. */
  public DriftSettings {
    if (!(falseAlarmRecords >= LEAST_FALSE_ALARM_RECORDS
        && falseAlarmRecords <= MOST_FALSE_ALARM_RECORDS)) {
      throw new IllegalArgumentException(
          "drift: a false alarm in "
              + falseAlarmRecords
              + " records, expected "
              + LEAST_FALSE_ALARM_RECORDS
              + " to "
              + MOST_FALSE_ALARM_RECORDS);
    }
    if (!(tolerance >= 0 && tolerance < 1)) {
      throw new IllegalArgumentException(
          "drift: a tolerance of " + tolerance + ", expected at least 0 and less than 1");
    }
    if (span.isNegative()) {
      throw new IllegalArgumentException("drift: a span of " + span + ", expected none below 0");
    }
  }
}
