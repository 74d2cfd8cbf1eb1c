package io.lowtide.stream.detection;

import io.lowtide.density.feature.KeyHistory;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Says how long a key's past records are remembered after its latest one, in event time. When what
 * is forgotten leaves the store makes no difference: a look-up does not find it before either.
 */
public final class HistoryRetention {

  private final long milliseconds;
  private final LongSupplier time;

  /**
   * @param length how far back a key's latest record may lie to be remembered
   * @param time a time of the stream that may be relied on, and never goes back, in milliseconds
   *     since 1970
   */
  public HistoryRetention(Duration length, LongSupplier time) {
    this.milliseconds = length.toMillis();
    this.time = time;
  }

  /** What a record of that event time is judged by. */
  KeyHistory at(long eventTime, Optional<RememberedRecords> remembered) {
    return remembered.isEmpty() || isOver(remembered.get(), eventTime)
        ? KeyHistory.EMPTY
        : remembered.get().history();
  }

  private boolean isOver(RememberedRecords remembered, long eventTime) {
    return eventTime - remembered.latest() > milliseconds || isForgotten(remembered);
  }

  /** Whether the key is forgotten, even for late records: after twice the retention. */
  public boolean isForgotten(RememberedRecords remembered) {
    long now = time.getAsLong();
    return now > remembered.latest() && (now - remembered.latest()) / 2 > milliseconds;
  }
}
