package io.lowtide.stream.http;

import java.time.Duration;
import java.util.HashMap;
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
  private final Duration longestFollowing;
  private final Map<Connection, Scheduler.Task> oldestFirst = new LinkedHashMap<>();
  private final Map<Connection, Scheduler.Task> extended = new HashMap<>();

  /**
   * @param scheduler ends connections in time
   * @param most connections at once
   * @param longest time that a connection may be open
   * @param longestFollowing time that one may be open whose bounds were {@linkplain #extend
   *     extended}
   */
  ConnectionBounds(Scheduler scheduler, int most, Duration longest, Duration longestFollowing) {
    this.scheduler = scheduler;
    this.most = most;
    this.longest = longest;
    this.longestFollowing = longestFollowing;
  }

  @Override
  public void onOpened(Connection opened) {
    Scheduler.Task end = closeAfter(longest, opened);
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

  private Scheduler.Task closeAfter(Duration time, Connection connection) {
    return scheduler.schedule(
        () -> connection.getEndPoint().close(), time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Lets a connection be open for longer; it no longer makes way, and no longer counts. */
  void extend(Connection connection) {
    onClosed(connection);
    Scheduler.Task end = closeAfter(longestFollowing, connection);
    synchronized (oldestFirst) {
      extended.put(connection, end);
    }
    if (!connection.getEndPoint().isOpen()) {
      onClosed(connection);
    }
  }

  @Override
  public void onClosed(Connection closed) {
    Scheduler.Task end;
    synchronized (oldestFirst) {
      end = oldestFirst.remove(closed);
      end = end == null ? extended.remove(closed) : end;
    }
    if (end != null) {
      end.cancel();
    }
  }
}
