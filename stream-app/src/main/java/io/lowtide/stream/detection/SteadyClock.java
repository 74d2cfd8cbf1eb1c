package io.lowtide.stream.detection;

import java.time.Duration;

/**
 * Follows the event times of a stream without trusting any of them: one record moves it by a minute
 * at most, so that a few records of a wrong date do not make it seem that time has passed. It never
 * goes back, and may lag behind a stream with long pauses.
 */
public final class SteadyClock {

  private static final long LONGEST_STEP = Duration.ofMinutes(1).toMillis();

  private long time = Long.MIN_VALUE;

  /**
   * A record has come.
   *
   * @param eventTime of the record, in milliseconds since 1970
   * @param now the time at hand, which the first record is not believed to be after
   */
  public void advance(long eventTime, long now) {
    if (time == Long.MIN_VALUE) {
      time = Math.min(eventTime, now);
    } else if (eventTime > time) {
      time = Math.min(eventTime, time + LONGEST_STEP);
    }
  }

  /** The time of the stream; before the first record the earliest there is. */
  public long time() {
    return time;
  }
}
