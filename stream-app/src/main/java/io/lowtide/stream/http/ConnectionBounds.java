package io.lowtide.stream.http;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Bounds how many connections are open and for how long. Beyond the number the oldest makes way for
 * the new one, so that however many are held open, one that asks and reads at once is answered.
 */
final class ConnectionBounds implements Connection.Listener {

  private final Scheduler scheduler;
  private final int most;
  private final Duration longest;
  private final Map<Connection, Scheduler.Task> oldestFirst = new LinkedHashMap<>();

  /**
   * @param scheduler ends connections in time
   * @param most connections at once
   * @param longest time that a connection may be open
   */
  ConnectionBounds(Scheduler scheduler, int most, Duration longest) {
    this.scheduler = scheduler;
    this.most = most;
    this.longest = longest;
  }

  @Override
  public void onOpened(Connection opened) {
    Scheduler.Task end =
        scheduler.schedule(
            () -> opened.getEndPoint().close(), longest.toMillis(), TimeUnit.MILLISECONDS);
    Connection excess = null;
    synchronized (oldestFirst) {
      oldestFirst.put(opened, end);
      if (oldestFirst.size() > most) {
        excess = oldestFirst.keySet().iterator().next();
      }
    }
    if (excess != null) {
      excess.getEndPoint().close();
      onClosed(excess);
    }
  }

  @Override
  public void onClosed(Connection closed) {
    Scheduler.Task end;
    synchronized (oldestFirst) {
      end = oldestFirst.remove(closed);
    }
    if (end != null) {
      end.cancel();
    }
  }
}
