package io.lowtide.stream.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves routes on the JDK's HTTP server. */
public final class HttpEndpoint implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HttpEndpoint.class);

  private static final int THREADS = 2;
  private static final int QUEUED_REQUESTS = 32;

  private final HttpServer server;
  private final ThreadPoolExecutor workers;

  private HttpEndpoint(HttpServer server, ThreadPoolExecutor workers) {
    this.server = server;
    this.workers = workers;
  }

  /**
   * Starts to serve.
   *
   * @param address where to listen; port 0: any free one
   * @param routes what is served; anything else is not found
   * @throws IOException if the address cannot be bound; the message names it
   */
  public static HttpEndpoint start(InetSocketAddress address, List<Route> routes)
      throws IOException {
    HttpServer server;
    try {
      server = HttpServer.create(address, 0);
    } catch (BindException | java.nio.channels.UnresolvedAddressException e) {
      throw new IOException("http.host, http.port: cannot listen on " + address + ": " + e, e);
    }
    HttpEndpoint endpoint = new HttpEndpoint(server, newWorkers());
    server.setExecutor(endpoint.workers);
    for (Route route : routes) {
      server.createContext(route.path(), exchange -> answer(exchange, route));
    }
    server.start();
    LOG.info(
        "Listening on http://{}:{} for {}",
        address.getHostString(),
        endpoint.port(),
        routes.stream().map(Route::path).collect(Collectors.joining(", ")));
    return endpoint;
  }

  /** When all are busy and the queue is full, the accepting thread serves and so slows down. */
  private static ThreadPoolExecutor newWorkers() {
    AtomicInteger count = new AtomicInteger();
    return new ThreadPoolExecutor(
        THREADS,
        THREADS,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(QUEUED_REQUESTS),
        task -> {
          Thread thread = new Thread(task, "lowtide-http-" + count.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        },
        new ThreadPoolExecutor.CallerRunsPolicy());
  }

  /** The port that is listened on. */
  public int port() {
    return server.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange, Route route) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (!path.equals(route.path())) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      String method = exchange.getRequestMethod();
      if (!method.equals("GET") && !method.equals("HEAD")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        exchange.sendResponseHeaders(405, -1);
        return;
      }
      Answer answer = route.answer().get();
      byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.contentType());
      boolean withBody = method.equals("GET");
      exchange.sendResponseHeaders(answer.status(), withBody ? bytes.length : -1);
      if (withBody) {
        exchange.getResponseBody().write(bytes);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    workers.shutdownNow();
  }
}
