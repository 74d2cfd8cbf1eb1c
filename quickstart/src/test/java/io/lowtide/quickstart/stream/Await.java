package io.lowtide.quickstart.stream;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for conditions, with a deadline. */
final class Await {

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 20;

  private Await() {}

  static void until(BooleanSupplier condition, Supplier<String> otherwise)
      throws InterruptedException, TimeoutException {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new TimeoutException("after " + DEADLINE + ": " + otherwise.get());
      }
      Thread.sleep(POLL_MILLIS);
    }
  }
}
