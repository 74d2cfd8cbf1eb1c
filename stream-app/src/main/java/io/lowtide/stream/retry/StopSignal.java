package io.lowtide.stream.retry;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tells every waiting thread that the application is stopping. */
public final class StopSignal {

  private final CountDownLatch stopped = new CountDownLatch(1);

  /** Gives the signal; repeating it does nothing. */
  public void stop() {
    stopped.countDown();
  }

  /** Whether the signal was given. */
  public boolean isStopped() {
    return stopped.getCount() == 0;
  }

  /**
   * Waits, but not beyond the signal. An interruption counts as the signal for the calling thread.
   *
   * @return whether the thread should stop
   */
  public boolean await(Duration duration) {
    try {
      return stopped.await(duration.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
