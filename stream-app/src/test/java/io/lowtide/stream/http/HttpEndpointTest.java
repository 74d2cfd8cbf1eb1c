package io.lowtide.stream.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.stream.deadletter.DeadLetterReason;
import io.lowtide.stream.health.Health;
import io.lowtide.stream.health.Readiness;
import io.lowtide.stream.metrics.StreamMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpEndpointTest {

  private static final InetSocketAddress ANY_PORT = new InetSocketAddress("127.0.0.1", 0);

  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final HttpClient client = HttpClient.newHttpClient();
  private boolean live = true;
  private Readiness readiness = new Readiness(true, "scoring with model v1");
  private final List<Socket> held = new ArrayList<>();
  private HttpEndpoint endpoint;

  @BeforeEach
  void start() throws IOException {
    Health health =
        new Health() {
          @Override
          public boolean isLive() {
            return live;
          }

          @Override
          public Readiness readiness() {
            return readiness;
          }
        };
    endpoint = HttpEndpoint.start(ANY_PORT, Routes.of(health, meters));
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : held) {
      socket.close();
    }
    endpoint.close();
  }

  private Socket hold(String beginningOfARequest) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(1024);
    socket.connect(new InetSocketAddress("127.0.0.1", endpoint.port()));
    socket.getOutputStream().write(beginningOfARequest.getBytes(StandardCharsets.UTF_8));
    held.add(socket);
    return socket;
  }

  private void serve(Duration longestConnection, Route... more) throws IOException {
    endpoint.close();
    List<Route> routes = new ArrayList<>(List.of(more));
    routes.add(new Route("/health/live", () -> new Answer(200, "text/plain", "live")));
    endpoint = HttpEndpoint.start(ANY_PORT, routes, longestConnection);
  }

  private HttpResponse<String> request(String method, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + endpoint.port() + path);
    return client.send(
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void shouldSayWhyItIsNotReady() throws Exception {
    readiness = new Readiness(false, "waiting for the first model of detector \"x\"");

    HttpResponse<String> response = request("GET", "/health/ready");

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(response.body())
        .isEqualTo(
            "{\"ready\":false,\"reason\":\"waiting for the first model of detector \\\"x\\\"\"}");
  }

  @Test
  void shouldBeReadyWithAModel() throws Exception {
    HttpResponse<String> response = request("GET", "/health/ready");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).contains("scoring with model v1");
  }

  @Test
  void shouldBeLiveUntilTheStreamFails() throws Exception {
    assertThat(request("GET", "/health/live").statusCode()).isEqualTo(200);
    live = false;
    assertThat(request("GET", "/health/live").statusCode()).isEqualTo(503);
  }

  @Test
  void shouldServeMetricsThatPercentilesCanBeComputedFrom() throws Exception {
    StreamMetrics metrics = new StreamMetrics(meters);
    metrics.recordIn();
    metrics.scoreTook(40_000, 32);
    metrics.scored();
    metrics.deadLettered(DeadLetterReason.UNKNOWN_SCHEMA);
    metrics.modelAccepted("press-line", "v1");
    metrics.modelAccepted("press-line", "v2");
    metrics.modelRefused("hash_mismatch");

    String body = request("GET", "/metrics").body();

    assertThat(body)
        .contains("lowtide_records_in_total 1.0")
        .contains("lowtide_records_scored_total 1.0")
        .contains("lowtide_records_dead_lettered_total{reason=\"unknown_schema\"} 1.0")
        .contains("lowtide_score_latency_seconds_bucket{le=\"3.0E-5\"} 0")
        .contains("lowtide_score_latency_seconds_bucket{le=\"5.0E-5\"} 1")
        .contains("lowtide_score_evaluations_bucket{le=\"32.0\"} 1")
        .contains("lowtide_model_info{detector=\"press-line\",version=\"v2\"} 1")
        .doesNotContain("version=\"v1\"")
        .contains("lowtide_models_refused_total{reason=\"hash_mismatch\"} 1.0");
  }

  @Test
  void shouldAnswerNothingElse() throws Exception {
    assertThat(request("GET", "/").statusCode()).isEqualTo(404);
    assertThat(request("GET", "/metrics/x").statusCode()).isEqualTo(404);
    assertThat(request("POST", "/metrics").statusCode()).isEqualTo(405);
    HttpResponse<String> head = request("HEAD", "/health/ready");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
  }

  @Test
  void shouldServeDocumentsUnderTheNamesOfTheEndpointAlone() throws Exception {
    Answer answer = new Answer(200, "text/html; charset=utf-8", "<p>é", Map.of("X-Test", "yes"));
    HostNames names = HostNames.of(ANY_PORT, List.of());
    endpoint.close();
    endpoint = HttpEndpoint.start(ANY_PORT, List.of(new Document("/", names, answer)));

    HttpResponse<String> response = request("GET", "/");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("<p>é");
    assertThat(response.headers().firstValue("X-Test")).hasValue("yes");
    assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(request("POST", "/").statusCode()).isEqualTo(405);

    Socket rebound = hold("GET / HTTP/1.1\r\nHost: evil.example:80\r\n\r\n");
    String refused = new String(rebound.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(refused).startsWith("HTTP/1.1 421 ").contains("evil.example", "page.hosts");
  }

  @Test
  void shouldNameTheAddressThatItCannotListenOn() {
    InetSocketAddress taken = new InetSocketAddress("127.0.0.1", endpoint.port());

    assertThatThrownBy(() -> HttpEndpoint.start(taken, List.of()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("http.port")
        .hasMessageContaining(Integer.toString(endpoint.port()));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 40, 300})
  void shouldTellHealthAndMetricsWhateverIsHalfSent(int connections) throws Exception {
    for (int i = 0; i < connections; i++) {
      hold("GET /health/live HTTP/1.1\r\nHo");
    }

    assertThat(request("GET", "/health/live").statusCode()).isEqualTo(200);
    assertThat(request("GET", "/health/ready").statusCode()).isEqualTo(200);
    assertThat(request("GET", "/metrics").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldTellHealthWhileOthersDoNotReadTheirAnswers() throws Exception {
    String large = "x".repeat(16 << 20);
    serve(Duration.ofMinutes(1), new Route("/large", () -> new Answer(200, "text/plain", large)));
    for (int i = 0; i < 20; i++) {
      hold("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    assertThat(request("GET", "/health/live").statusCode()).isEqualTo(200);
    assertThat(request("GET", "/large").body()).hasSize(large.length());
  }

  @Test
  void shouldTellHealthWhileAnotherRouteHasNoAnswerYet() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    serve(
        Duration.ofMinutes(1),
        new Route(
            "/slow",
            () -> {
              awaitQuietly(answered);
              return new Answer(200, "text/plain", "at last");
            }));
    for (int i = 0; i < 50; i++) {
      hold("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    assertThat(request("GET", "/health/live").statusCode()).isEqualTo(200);
    answered.countDown();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void shouldCloseAConnectionThatSendsALittleAtATime() throws Exception {
    serve(Duration.ofMillis(300));
    Socket slow = hold("GET /health/live HTTP/1.1\r\n");
    Thread sender = new Thread(() -> sendHeadersUntilClosed(slow));
    sender.start();

    assertThat(slow.getInputStream().readAllBytes()).isEmpty();
    sender.join();
  }

  private static void sendHeadersUntilClosed(Socket socket) {
    try {
      while (true) {
        socket.getOutputStream().write("X: y\r\n".getBytes(StandardCharsets.UTF_8));
        Thread.sleep(20);
      }
    } catch (IOException | InterruptedException closed) {
      // What is waited for.
    }
  }

  @Test
  void shouldSayThatARouteFailed() throws Exception {
    serve(
        Duration.ofMinutes(1),
        new Route(
            "/broken",
            () -> {
              throw new IllegalStateException("broken on purpose");
            }));

    HttpResponse<String> response = request("GET", "/broken");

    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(response.body()).isEmpty();
    assertThat(request("GET", "/health/live").statusCode()).isEqualTo(200);
  }
}
