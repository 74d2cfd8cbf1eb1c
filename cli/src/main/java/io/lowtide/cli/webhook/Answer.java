package io.lowtide.cli.webhook;

import java.time.Duration;
import java.util.Optional;

/** What became of one attempt to deliver. */
sealed interface Answer {

  /** The receiver has it: a status of 2xx. */
  record Delivered() implements Answer {}

  /**
   * The receiver will not have this one: a status that says so of the body rather than of the way
   * to it.
   *
   * @param reason for a person
   */
  record Refused(String reason) implements Answer {}

  /**
   * Neither: it is away, too slow, busy, or does not let the sender in.
   *
   * @param reason for a person
   * @param spareFor how long the receiver asks to be spared
   */
  record Failed(String reason, Optional<Duration> spareFor) implements Answer {}
}
