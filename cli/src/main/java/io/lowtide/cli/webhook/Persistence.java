package io.lowtide.cli.webhook;

import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers until the receiver has it, with waits that double; but passes over what the receiver
 * refuses again and again, so that one message does not hold up all others.
 */
final class Persistence {

  private static final Logger LOG = LoggerFactory.getLogger(Persistence.class);

  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
  private static final int MOST_REFUSALS = 5;

  private final Receiver receiver;
  private final Duration longestWait;

  /** Waits between two attempts. */
  @FunctionalInterface
  interface Pause {

    /**
     * Waits.
     *
     * @return whether to go on; otherwise the delivery is no longer this process's
     */
    boolean waitFor(Duration time);
  }

  /** How a delivery ended. */
  enum End {
    /** The receiver has it. */
    DELIVERED,
    /** The receiver will not have it. */
    PASSED_OVER,
    /** It was given up, and is to be delivered another time. */
    GIVEN_UP
  }

  Persistence(Receiver receiver, Duration longestWait) {
    this.receiver = receiver;
    this.longestWait = longestWait;
  }

  /** Delivers one. */
  End deliver(Delivery delivery, Pause pause) throws InterruptedException {
    Duration wait = shorter(FIRST_WAIT, longestWait);
    int refusals = 0;
    for (int attempt = 1; ; attempt++) {
      Answer answer = receiver.post(delivery);
      Optional<Duration> asked = Optional.empty();
      String reason;
      if (answer instanceof Answer.Refused refused) {
        refusals++;
        reason = refused.reason();
        if (refusals == MOST_REFUSALS) {
          LOG.error(
              "{} refuses {} ({}), {} times: it is passed over",
              receiver.name(),
              delivery.id(),
              reason,
              refusals);
          return End.PASSED_OVER;
        }
      } else if (answer instanceof Answer.Failed failed) {
        reason = failed.reason();
        asked = failed.spareFor();
      } else {
        if (attempt > 1) {
          LOG.info("{} has taken {} at attempt {}", receiver.name(), delivery.id(), attempt);
        }
        return End.DELIVERED;
      }
      Duration next = shorter(longer(wait, asked.orElse(Duration.ZERO)), longestWait);
      LOG.warn(
          "{} has not taken {} ({}); attempt {} follows in {}",
          receiver.name(),
          delivery.id(),
          reason,
          attempt + 1,
          next);
      if (!pause.waitFor(next)) {
        return End.GIVEN_UP;
      }
      wait = shorter(wait.multipliedBy(2), longestWait);
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
