package io.lowtide.stream.detection;

import io.lowtide.density.feature.KeyHistory;
import java.time.Duration;
import java.util.Optional;

/** Says how long a key's past records are remembered after its latest one, in event time. */
public final class HistoryRetention {

  private final long milliseconds;

  /**
   * @param length how far back a key's latest record may lie to be remembered
   */
  public HistoryRetention(Duration length) {
    this.milliseconds = length.toMillis();
  }

  /** What a record of that event time is judged by. */
  KeyHistory at(long eventTime, Optional<RememberedRecords> remembered) {
    return remembered.isEmpty() || isOver(remembered.get(), eventTime)
        ? KeyHistory.EMPTY
        : remembered.get().history();
  }

  /** Whether the key has been silent for so long that it counts as new. */
  public boolean isOver(RememberedRecords remembered, long now) {
    return now - remembered.latest() > milliseconds;
  }
}
