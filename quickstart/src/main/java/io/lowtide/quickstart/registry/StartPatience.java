package io.lowtide.quickstart.registry;

import java.time.Duration;
import java.util.Locale;

/**
 * How long the start of a process is waited for: as long as it gets on with it, which shows by what
 * it writes and by its processor time, and not for ever. On a busy machine a start of seconds takes
 * minutes.
 */
final class StartPatience {

  private static final Duration LONGEST_STANDSTILL = Duration.ofMinutes(2);
  private static final Duration LONGEST = Duration.ofMinutes(10);

  /** An idle JVM takes less in {@link #LONGEST_STANDSTILL}. */
  private static final Duration LEAST_WORK = Duration.ofSeconds(1);

  private final long started;
  private long now;
  private long lastProgress;
  private long written;
  private Duration worked = Duration.ZERO;
  private Duration workedAtProgress = Duration.ZERO;

  /**
   * @param now when the process was started, in nanoseconds
   */
  StartPatience(long now) {
    this.started = now;
    this.now = now;
    this.lastProgress = now;
  }

  /**
   * Looks at the process.
   *
   * @param now in nanoseconds
   * @param written bytes of its log so far
   * @param worked processor time that it has had so far
   * @return whether it is to be waited for any longer
   */
  boolean lasts(long now, long written, Duration worked) {
    this.now = now;
    this.worked = worked;
    if (written != this.written || worked.minus(workedAtProgress).compareTo(LEAST_WORK) >= 0) {
      this.written = written;
      workedAtProgress = worked;
      lastProgress = now;
    }
    return now - started < LONGEST.toNanos() && now - lastProgress < LONGEST_STANDSTILL.toNanos();
  }

  /** How long it has been waited for. */
  Duration waited() {
    return Duration.ofNanos(now - started);
  }

  /** What there is to say of the wait. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "after %d s, in which its process has had %d s of a processor and got on until %d s ago",
        waited().toSeconds(),
        worked.toSeconds(),
        Duration.ofNanos(now - lastProgress).toSeconds());
  }
}
