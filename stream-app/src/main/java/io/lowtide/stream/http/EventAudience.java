package io.lowtide.stream.http;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Those who follow server-sent events, up to a number. A follower takes no thread: what is sent is
 * written as fast as it reads, and one that falls behind is let go, to come back for a fresh start.
 * All followers share the bytes of an event.
 */
public final class EventAudience implements AutoCloseable {

  /** Events that may wait for a follower that does not read. */
  private static final int MOST_WAITING = 16;

  private final int most;
  private final Runnable onArrival;
  private final Set<Follower> followers = new LinkedHashSet<>();
  private boolean closed;

  /**
   * @param most followers at once
   * @param onArrival told when one has come, to send it its first event soon; must return at once
   */
  public EventAudience(int most, Runnable onArrival) {
    this.most = most;
    this.onArrival = onArrival;
  }

  /** How many follow now. */
  public int size() {
    synchronized (followers) {
      return followers.size();
    }
  }

  /** Whether one of them has been sent nothing yet. */
  public boolean awaitsFirst() {
    synchronized (followers) {
      return followers.stream().anyMatch(follower -> !follower.begun);
    }
  }

  /**
   * Sends an event.
   *
   * @param first makes the event for those who come new; asked once, if there are any; null leaves
   *     them to the next time
   * @param next the event for the others; null: none
   */
  public void send(Supplier<byte[]> first, byte[] next) {
    List<Follower> begun = new ArrayList<>();
    List<Follower> arrived = new ArrayList<>();
    synchronized (followers) {
      followers.forEach(follower -> (follower.begun ? begun : arrived).add(follower));
    }
    if (next != null) {
      begun.forEach(follower -> follower.send(next));
    }
    if (!arrived.isEmpty()) {
      byte[] beginning = first.get();
      if (beginning != null) {
        for (Follower follower : arrived) {
          follower.begun = true;
          follower.send(beginning);
        }
      }
    }
  }

  /** Whether there is room for one more. */
  boolean hasRoom() {
    synchronized (followers) {
      return !closed && followers.size() < most;
    }
  }

  /** What is answered when there is no room. */
  Answer full() {
    return new Answer(
        HttpStatus.SERVICE_UNAVAILABLE_503,
        "text/plain; charset=utf-8",
        "As many pages are open as page.connections allows ("
            + most
            + "). Close one, or set it higher.\n");
  }

  /**
   * Takes in a follower if there is room.
   *
   * @return whether it was taken in; if not, nothing was answered
   */
  boolean admit(Request request, Response response, Callback callback) {
    Follower follower =
        new Follower(
            request.getConnectionMetaData().getConnection().getEndPoint(), response, callback);
    response.setStatus(HttpStatus.OK_200);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream; charset=utf-8");
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    synchronized (followers) {
      if (closed || followers.size() >= most) {
        return false;
      }
      followers.add(follower);
    }
    onArrival.run();
    return true;
  }

  @Override
  public void close() {
    List<Follower> all;
    synchronized (followers) {
      closed = true;
      all = List.copyOf(followers);
    }
    all.forEach(follower -> follower.endPoint.close());
  }

  private final class Follower implements Callback {

    private final EndPoint endPoint;
    private final Response response;
    private final Callback callback;
    private final Queue<byte[]> waiting = new ArrayDeque<>();
    private boolean writing;

    /** Set by the one thread that sends. */
    private volatile boolean begun;

    Follower(EndPoint endPoint, Response response, Callback callback) {
      this.endPoint = endPoint;
      this.response = response;
      this.callback = callback;
    }

    void send(byte[] event) {
      boolean tooSlow;
      boolean idle;
      synchronized (waiting) {
        tooSlow = waiting.size() >= MOST_WAITING;
        idle = !writing;
        writing = true;
        if (!idle && !tooSlow) {
          waiting.add(event);
        }
      }
      if (idle) {
        response.write(false, ByteBuffer.wrap(event), this);
      } else if (tooSlow) {
        // Its pending write fails by that.
        endPoint.close();
      }
    }

    @Override
    public void succeeded() {
      byte[] event;
      synchronized (waiting) {
        event = waiting.poll();
        writing = event != null;
      }
      if (event != null) {
        response.write(false, ByteBuffer.wrap(event), this);
      }
    }

    @Override
    public void failed(Throwable cause) {
      synchronized (followers) {
        followers.remove(this);
      }
      synchronized (waiting) {
        waiting.clear();
      }
      callback.failed(cause);
    }

    @Override
    public InvocationType getInvocationType() {
      return InvocationType.NON_BLOCKING;
    }
  }
}
