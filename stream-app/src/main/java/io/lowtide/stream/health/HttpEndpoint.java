package io.lowtide.stream.health;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /metrics} (Prometheus), {@code /health/live} and {@code /health/ready} (JSON; 200
 * or 503) on the JDK's HTTP server.
 */
public final class HttpEndpoint implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(HttpEndpoint.class);

  private static final int THREADS = 2;
  private static final int QUEUED_REQUESTS = 32;
  private static final String JSON = "application/json";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private final HttpServer server;
  private final ThreadPoolExecutor workers;
  private final ObjectMapper json = new ObjectMapper();

  private HttpEndpoint(HttpServer server, ThreadPoolExecutor workers) {
    this.server = server;
    this.workers = workers;
  }

  /**
   * Starts to serve.
   *
   * @param address where to listen; port 0: any free one
   * @throws IOException if the address cannot be bound; the message names it
   */
  public static HttpEndpoint start(
      InetSocketAddress address, Health health, PrometheusMeterRegistry metrics)
      throws IOException {
    HttpServer server;
    try {
      server = HttpServer.create(address, 0);
    } catch (BindException | java.nio.channels.UnresolvedAddressException e) {
      throw new IOException("http.host, http.port: cannot listen on " + address + ": " + e, e);
    }
    HttpEndpoint endpoint = new HttpEndpoint(server, newWorkers());
    server.setExecutor(endpoint.workers);
    server.createContext("/metrics", exchange -> endpoint.metrics(exchange, metrics));
    server.createContext("/health/live", exchange -> endpoint.live(exchange, health));
    server.createContext("/health/ready", exchange -> endpoint.ready(exchange, health));
    server.start();
    log.info("Metrics and health on http://{}:{}", address.getHostString(), endpoint.port());
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

  private void metrics(HttpExchange exchange, PrometheusMeterRegistry metrics) throws IOException {
    answer(exchange, 200, PROMETHEUS, metrics.scrape(PROMETHEUS));
  }

  private void live(HttpExchange exchange, Health health) throws IOException {
    boolean live = health.isLive();
    answer(exchange, live ? 200 : 503, JSON, json.writeValueAsString(Map.of("live", live)));
  }

  private void ready(HttpExchange exchange, Health health) throws IOException {
    Readiness readiness = health.readiness();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("ready", readiness.ready());
    body.put("reason", readiness.reason());
    answer(exchange, readiness.ready() ? 200 : 503, JSON, json.writeValueAsString(body));
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (!path.equals(exchange.getHttpContext().getPath())) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      String method = exchange.getRequestMethod();
      if (!method.equals("GET") && !method.equals("HEAD")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        exchange.sendResponseHeaders(405, -1);
        return;
      }
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      boolean withBody = method.equals("GET");
      exchange.sendResponseHeaders(status, withBody ? bytes.length : -1);
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
