package io.lowtide.stream.retry;

import io.lowtide.stream.config.RetrySettings;
import java.time.Duration;
import java.util.function.Supplier;

/** Repeats what failed for a transient reason, with growing waits. Shared by all threads. */
public final class Retry {

  private final RetrySettings settings;
  private final StopSignal stop;
  private final Outage outage;

  /**
   * @param settings waits and limit
   * @param stop ends every wait
   * @param outage is told of failures and recoveries
   */
  public Retry(RetrySettings settings, StopSignal stop, Outage outage) {
    this.settings = settings;
    this.stop = stop;
    this.outage = outage;
  }

  /**
   * Repeats an action that has just failed, as long as one record may hold up its thread.
   *
   * @param activity what the action does, for the log
   * @param action the action
   * @param failure its first failure, a transient one
   * @throws TransientFaultException if the limit is reached or the application stops
   * @throws RuntimeException the action's first permanent failure
   */
  public <T> T withinLimit(String activity, Supplier<T> action, RuntimeException failure) {
    Duration limit = outage.underWay().isPresent() ? settings.limitInOutage() : settings.limit();
    return repeat(activity, action, failure, System.nanoTime() + limit.toNanos());
  }

  /**
   * Runs an action, and repeats it until it does not fail for a transient reason.
   *
   * @throws TransientFaultException if the application stops
   * @throws RuntimeException the action's first permanent failure
   */
  public <T> T untilStopped(String activity, Supplier<T> action) {
    try {
      return action.get();
    } catch (RuntimeException failure) {
      if (!Faults.isTransient(failure)) {
        throw failure;
      }
      return repeat(activity, action, failure, System.nanoTime() + Long.MAX_VALUE / 2);
    }
  }

  private <T> T repeat(
      String activity, Supplier<T> action, RuntimeException firstFailure, long deadline) {
    Backoff backoff = new Backoff(settings.initialBackoff(), settings.maximumBackoff());
    RuntimeException failure = firstFailure;
    while (true) {
      outage.failed(failure);
      Duration wait = backoff.next();
      if (deadline - System.nanoTime() < wait.toNanos() || stop.await(wait)) {
        throw new TransientFaultException(activity + ": " + failure.getMessage(), failure);
      }
      try {
        T result = action.get();
        outage.recovered();
        return result;
      } catch (RuntimeException next) {
        if (!Faults.isTransient(next)) {
          outage.recovered();
          throw next;
        }
        failure = next;
      }
    }
  }
}
