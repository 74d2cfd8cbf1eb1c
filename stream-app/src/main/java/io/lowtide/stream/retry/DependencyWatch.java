package io.lowtide.stream.retry;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Asks something that the application depends on, all the time, whether it is there, on a thread of
 * its own: the stream's threads may be stuck in it.
 */
public final class DependencyWatch implements AutoCloseable {

  private final ScheduledExecutorService thread;

  private DependencyWatch(ScheduledExecutorService thread) {
    this.thread = thread;
  }

  /**
   * Starts to ask.
   *
   * @param name of the thread
   * @param question returns when it is there, throws when it is not; takes some seconds at most
   * @param interval from an answer to the next question
   * @param outage is told of the answers
   */
  public static DependencyWatch start(
      String name, Runnable question, Duration interval, Outage outage) {
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread asking = new Thread(task, name);
              asking.setDaemon(true);
              return asking;
            });
    thread.scheduleWithFixedDelay(
        () -> ask(question, outage), 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    return new DependencyWatch(thread);
  }

  private static void ask(Runnable question, Outage outage) {
    try {
      question.run();
    } catch (RuntimeException fault) {
      if (!Thread.currentThread().isInterrupted()) {
        outage.unanswered(fault);
      }
      return;
    }
    outage.answered();
  }

  /** Ends asking; an answer that is waited for is not waited for any longer. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
