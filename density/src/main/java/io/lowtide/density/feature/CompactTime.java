package io.lowtide.density.feature;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * A date and a time of day whose digits are written as one number: 20260304050607. As milliseconds
 * since 1970 these would be the years 2572 to 2635.
 */
final class CompactTime {

  private static final double FIRST = 19_000_101_000_000.0;
  private static final double END = 21_000_101_000_000.0;

  private CompactTime() {}

  /**
   * Whether a number can only be meant as one, from 1900 to 2099, even if there is no such date.
   */
  static boolean is(double number) {
    return number >= FIRST && number < END;
  }

  /** Wall-clock seconds since 1970-01-01T00:00; NaN if there is no such date or time of day. */
  static double wallClock(double number) {
    long digits = (long) number;
    try {
      LocalDateTime time =
          LocalDateTime.of(
              (int) (digits / 10_000_000_000L),
              twoDigits(digits, 100_000_000L),
              twoDigits(digits, 1_000_000L),
              twoDigits(digits, 10_000L),
              twoDigits(digits, 100L),
              twoDigits(digits, 1L));
      return time.toEpochSecond(ZoneOffset.UTC) + (number - digits);
    } catch (DateTimeException thereIsNoSuchDate) {
      return Double.NaN;
    }
  }

  private static int twoDigits(long digits, long unit) {
    return (int) (digits / unit % 100);
  }
}
