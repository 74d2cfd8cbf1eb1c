package io.lowtide.stream.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the requests of routes. Each route has a thread of its own, so that one whose answer
 * takes long holds up no other: health is told while metrics are collected. Documents, and those
 * who follow events, take none.
 */
final class RouteHandler extends Handler.Abstract.NonBlocking implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RouteHandler.class);

  /** Requests of one route that may wait; those beyond are told to come back. */
  private static final int WAITING_REQUESTS = 32;

  private static final int RETRY_SECONDS = 10;

  private final ConnectionBounds bounds;
  private final Map<String, Resource> resources = new HashMap<>();
  private final Map<String, ExecutorService> threads = new HashMap<>();

  RouteHandler(List<? extends Resource> resources, ConnectionBounds bounds) {
    this.bounds = bounds;
    for (Resource resource : resources) {
      this.resources.put(resource.path(), resource);
      if (resource instanceof Route route) {
        threads.put(route.path(), newThread(route.path()));
      }
    }
  }

  private static ExecutorService newThread(String path) {
    return new ThreadPoolExecutor(
        1,
        1,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(WAITING_REQUESTS),
        task -> {
          Thread thread = new Thread(task, "lowtide-http" + path.replace('/', '-'));
          thread.setDaemon(true);
          return thread;
        });
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Resource resource = resources.get(Request.getPathInContext(request));
    if (resource == null) {
      return end(response, callback, HttpStatus.NOT_FOUND_404);
    }
    if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
      response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
      return end(response, callback, HttpStatus.METHOD_NOT_ALLOWED_405);
    }
    String host = Request.getServerName(request);
    if (!resource.hosts().allow(host)) {
      write(misdirected(host), response, callback);
      return true;
    }
    if (resource instanceof Document document) {
      write(document.answer(), response, callback);
    } else if (resource instanceof EventRoute events) {
      follow(events.audience(), request, response, callback);
    } else {
      make((Route) resource, response, callback);
    }
    return true;
  }

  private static Answer misdirected(String host) {
    return new Answer(
        HttpStatus.MISDIRECTED_REQUEST_421,
        "text/plain; charset=utf-8",
        "Not served under the name "
            + host
            + ". On loopback that takes localhost or 127.0.0.1, or a name in page.hosts.\n");
  }

  private void follow(
      EventAudience audience, Request request, Response response, Callback callback) {
    boolean asksOnly = request.getMethod().equals("HEAD");
    if (asksOnly && audience.hasRoom()) {
      end(response, callback, HttpStatus.OK_200);
      return;
    }
    if (!asksOnly && audience.admit(request, response, callback)) {
      bounds.extend(request.getConnectionMetaData().getConnection());
    } else {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, RETRY_SECONDS);
      write(audience.full(), response, callback);
    }
  }

  private void make(Route route, Response response, Callback callback) {
    try {
      threads.get(route.path()).execute(() -> answer(route, response, callback));
    } catch (RejectedExecutionException full) {
      end(response, callback, HttpStatus.SERVICE_UNAVAILABLE_503);
    }
  }

  /** Without a body. */
  private static boolean end(Response response, Callback callback, int status) {
    response.setStatus(status);
    callback.succeeded();
    return true;
  }

  private static void answer(Route route, Response response, Callback callback) {
    Answer answer;
    try {
      answer = route.answer().get();
    } catch (RuntimeException fault) {
      LOG.error("No answer for {}", route.path(), fault);
      end(response, callback, HttpStatus.INTERNAL_SERVER_ERROR_500);
      return;
    }
    write(answer, response, callback);
  }

  private static void write(Answer answer, Response response, Callback callback) {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    response.setStatus(answer.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    response.getHeaders().put("X-Content-Type-Options", "nosniff");
    answer.headers().forEach(response.getHeaders()::put);
    response.write(true, ByteBuffer.wrap(body), callback);
  }

  @Override
  public void close() {
    threads.values().forEach(ExecutorService::shutdownNow);
  }
}
