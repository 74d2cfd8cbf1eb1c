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
 * takes long holds up no other: health is told while metrics are collected.
 */
final class RouteHandler extends Handler.Abstract.NonBlocking implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RouteHandler.class);

  /** Requests of one route that may wait; those beyond are told to come back. */
  private static final int WAITING_REQUESTS = 32;

  private final Map<String, Served> routes = new HashMap<>();

  private record Served(Route route, ExecutorService thread) {}

  RouteHandler(List<Route> routes) {
    for (Route route : routes) {
      this.routes.put(route.path(), new Served(route, newThread(route.path())));
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
    Served served = routes.get(Request.getPathInContext(request));
    if (served == null) {
      return end(response, callback, HttpStatus.NOT_FOUND_404);
    }
    if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
      response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
      return end(response, callback, HttpStatus.METHOD_NOT_ALLOWED_405);
    }
    try {
      served.thread().execute(() -> answer(served.route(), response, callback));
      return true;
    } catch (RejectedExecutionException full) {
      return end(response, callback, HttpStatus.SERVICE_UNAVAILABLE_503);
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
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    response.setStatus(answer.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    response.write(true, ByteBuffer.wrap(body), callback);
  }

  @Override
  public void close() {
    routes.values().forEach(served -> served.thread().shutdownNow());
  }
}
