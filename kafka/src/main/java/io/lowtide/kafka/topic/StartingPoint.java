package io.lowtide.kafka.topic;

import java.time.Instant;

/** Where in a topic reading begins. */
public sealed interface StartingPoint {

  /** With the first message that is there. */
  record Beginning() implements StartingPoint {}

  /** After the last message that is there. */
  record End() implements StartingPoint {}

  /**
   * With the first message of each partition that is not dated before.
   *
   * @param time compared with the timestamps of messages
   */
  record At(Instant time) implements StartingPoint {}
}
