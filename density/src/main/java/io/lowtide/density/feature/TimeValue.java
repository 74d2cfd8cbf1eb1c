package io.lowtide.density.feature;

import java.time.Instant;

/** Points in time as seconds since 1970-01-01T00:00Z. */
public final class TimeValue {

  /** As seconds this is the year 5138, as milliseconds March 1973; likewise a thousand times on. */
  private static final double LARGEST_SECONDS = 1e11;

  private TimeValue() {}

  /** Seconds since 1970 of a plain number, its unit told by its size. */
  public static double ofNumber(double number) {
    double seconds = number;
    while (Math.abs(seconds) >= LARGEST_SECONDS && Double.isFinite(seconds)) {
      seconds /= 1e3;
    }
    return seconds;
  }

  /** A point in time for a person: ISO 8601 in UTC. */
  public static String text(double seconds) {
    return Instant.ofEpochMilli(Math.round(seconds * 1e3)).toString();
  }
}
