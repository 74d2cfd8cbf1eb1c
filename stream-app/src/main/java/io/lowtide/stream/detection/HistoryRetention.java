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

  private boolean isOver(RememberedRecords remembered, long eventTime) {
    return eventTime - remembered.latest() > milliseconds;
  }

  /**
   * Whether the key may be removed. It may as late as after twice the retention: whether a late
   * record finds its key is not to hang on when keys are removed.
   *
   * @param time a time of the stream that may be relied on, in milliseconds since 1970
   */
  public boolean mayBeForgotten(RememberedRecords remembered, long time) {
    return time > remembered.latest() && (time - remembered.latest()) / 2 > milliseconds;
  }
}
