package io.lowtide.stream.retry;

import io.lowtide.kafka.fault.FaultText;
import java.time.Duration;

/** The failures of one kind since the last success. Times are readings of one nanosecond clock. */
final class Failures {

  private boolean present;
  private boolean ever;
  private long first;
  private long last;
  private String reason = "";

  void add(Throwable fault, long now) {
    if (!present) {
      first = now;
      reason = FaultText.ofFirstCause(fault);
    }
    present = true;
    ever = true;
    last = now;
  }

  void clear() {
    present = false;
  }

  boolean present() {
    return present;
  }

  /** Whether there have been failures, and no success, for so long. */
  boolean last(Duration atLeast, long now) {
    return present && now - first >= atLeast.toNanos();
  }

  /** Whether there has been no failure for so long. */
  boolean quietFor(Duration atLeast, long now) {
    return !ever || now - last >= atLeast.toNanos();
  }

  long first() {
    return first;
  }

  /** What the first of them said. */
  String reason() {
    return reason;
  }
}
