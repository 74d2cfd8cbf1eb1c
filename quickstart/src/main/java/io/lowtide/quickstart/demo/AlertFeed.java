package io.lowtide.quickstart.demo;

import io.lowtide.kafka.alert.AlertReader;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.stream.config.StreamSettings;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Prints the first alerts as they come, and counts all of them. */
final class AlertFeed implements AutoCloseable {

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
  private static final long POLL_MILLIS = 50;

  private final AtomicLong received = new AtomicLong();
  private final int shown;
  private final PrintWriter out;
  private final AlertReader reader;
  private final Thread thread;

  private AlertFeed(StreamSettings settings, int shown, PrintWriter out) {
    this.shown = shown;
    this.out = out;
    this.reader = new AlertReader(settings.connection(), settings.alertsTopic());
    this.thread = new Thread(() -> reader.read(true, Long.MAX_VALUE, this::show), "alert-feed");
    thread.setDaemon(true);
  }

  static AlertFeed start(StreamSettings settings, int shown, PrintWriter out) {
    AlertFeed feed = new AlertFeed(settings, shown, out);
    feed.thread.start();
    return feed;
  }

  private void show(AnomalyAlert alert) {
    long number = received.incrementAndGet();
    if (number <= shown) {
      out.printf("  %s  %s%n", alert.getKey(), alert.getSummary());
    } else if (number == shown + 1) {
      out.println("  ... and so on; every alert is on the alerts topic");
    }
  }

  /** Waits until so many alerts were received, or the patience runs out. */
  void await(long expected, Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (received.get() < expected && System.nanoTime() < deadline) {
      Thread.sleep(POLL_MILLIS);
    }
  }

  @Override
  public void close() {
    reader.stop();
    try {
      thread.join(CLOSE_TIMEOUT.toMillis());
      reader.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
