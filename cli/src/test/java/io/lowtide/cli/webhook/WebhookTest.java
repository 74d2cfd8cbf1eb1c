package io.lowtide.cli.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lowtide.cli.Lowtide;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Deliveries to a real HTTP server, which answers as it is told to. */
@Timeout(60)
class WebhookTest {

  private static final String SECRET = "0123456789abcdef";
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
  private static final byte[] BODY = "{\"key\":\"Größe\"}".getBytes(UTF_8);
  private static final Delivery DELIVERY = new Delivery("episodes-1-42", "episode.opened", BODY);

  @TempDir private Path directory;
  private final Deque<Integer> statuses = new ArrayDeque<>();
  private final List<HttpExchange> requests = Collections.synchronizedList(new ArrayList<>());
  private final List<byte[]> bodies = Collections.synchronizedList(new ArrayList<>());
  private final List<Duration> waits = new ArrayList<>();
  private final CountDownLatch slow = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private String retryAfter;
  private HttpServer server;

  @BeforeEach
  void startReceiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stopReceiver() {
    slow.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  /** The next status; 0 stands for no answer in time, 200 for what comes after the last. */
  private void answer(HttpExchange exchange) throws IOException {
    requests.add(exchange);
    bodies.add(exchange.getRequestBody().readAllBytes());
    Integer status = statuses.poll();
    if (status != null && status == 0) {
      try {
        slow.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    if (retryAfter != null) {
      exchange.getResponseHeaders().add("Retry-After", retryAfter);
    }
    exchange.sendResponseHeaders(status == null || status == 0 ? 200 : status, -1);
    exchange.close();
  }

  private Receiver receiver(Duration timeout) throws IOException {
    Path secret = Files.writeString(directory.resolve("secret"), SECRET + "\n");
    return new Receiver(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/episodes?token=x"),
        Signature.withSecretIn(secret),
        timeout,
        Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private Persistence.End deliver(Integer... answers) throws Exception {
    statuses.addAll(List.of(answers));
    return new Persistence(receiver(Duration.ofSeconds(20)), Duration.ofSeconds(10))
        .deliver(
            DELIVERY,
            time -> {
              waits.add(time);
              return true;
            });
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  private String header(String name) {
    return requests.get(0).getRequestHeaders().getFirst(name);
  }

  @Test
  void shouldPostTheBodyOnceWithItsSignature() throws Exception {
    assertThat(deliver()).isEqualTo(Persistence.End.DELIVERED);

    assertThat(bodies).hasSize(1);
    assertThat(bodies.get(0)).isEqualTo(BODY);
    assertThat(requests.get(0).getRequestMethod()).isEqualTo("POST");
    assertThat(header("Content-Type")).isEqualTo("application/json; charset=utf-8");
    assertThat(header("Lowtide-Event")).isEqualTo("episode.opened");
    assertThat(header("Lowtide-Delivery")).isEqualTo("episodes-1-42");
    assertThat(header("Lowtide-Timestamp")).isEqualTo(Long.toString(NOW.getEpochSecond()));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
    mac.update((NOW.getEpochSecond() + ".").getBytes(UTF_8));
    assertThat(
            MessageDigest.isEqual(
                mac.doFinal(BODY),
                HexFormat.of().parseHex(header("Lowtide-Signature").replace("v1=", ""))))
        .isTrue();
  }

  @Test
  void shouldTryAgainWithLongerWaitsUntilTheReceiverHasIt() throws Exception {
    assertThat(deliver(500, 503, 302, 401, 404, 429, 200)).isEqualTo(Persistence.End.DELIVERED);

    assertThat(waits)
        .containsExactly(seconds(1), seconds(2), seconds(4), seconds(8), seconds(10), seconds(10));
    assertThat(bodies).hasSize(7).allMatch(body -> Arrays.equals(body, BODY));
  }

  @ParameterizedTest
  @CsvSource({
    "3, PT3S",
    "0, PT1S",
    "86400, PT10S",
    "-5, PT1S",
    "'Sun, 01 Mar 2026 00:00:00 GMT', PT1S"
  })
  void shouldSpareTheReceiverAsLongAsItAsks(String header, Duration wait) throws Exception {
    retryAfter = header;

    deliver(503, 200);

    assertThat(waits).containsExactly(wait);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 413, 422})
  void shouldPassOverWhatTheReceiverRefusesAgainAndAgain(int status) throws Exception {
    assertThat(deliver(status, status, 500, status, status, status))
        .isEqualTo(Persistence.End.PASSED_OVER);

    assertThat(requests).hasSize(6);
  }

  @Test
  void shouldTakeAReceiverThatIsSlowForOneThatIsAway() throws Exception {
    statuses.add(0);

    assertThat(receiver(Duration.ofMillis(200)).post(DELIVERY))
        .isInstanceOfSatisfying(
            Answer.Failed.class,
            failed -> assertThat(failed.reason()).contains("HttpTimeoutException"));
  }

  @Test
  void shouldWaitForAReceiverThatIsAway() throws Exception {
    Receiver receiver = receiver(Duration.ofSeconds(5));
    server.stop(0);

    assertThat(receiver.post(DELIVERY)).isInstanceOf(Answer.Failed.class);
    assertThat(receiver.name()).doesNotContain("token");
  }

  @Test
  void shouldGiveUpWhenThePauseSaysSo() throws Exception {
    statuses.add(500);

    assertThat(
            new Persistence(receiver(Duration.ofSeconds(20)), seconds(10))
                .deliver(DELIVERY, time -> false))
        .isEqualTo(Persistence.End.GIVEN_UP);
    assertThat(requests).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "--url, ftp://example.org/x, '--url: not as expected'",
    "--url, https://user:secret@example.org/, '--url: not as expected'",
    "--url, 'http://', '--url: not as expected'",
    "--timeout, PT3M, '--timeout: PT3M, expected a duration'",
    "--longest-wait, never, '--longest-wait: never, expected a duration'",
    "--from, 2026-03-01, '--from: 2026-03-01, expected beginning or end'",
    "--severity, severe, '--severity: severe, expected one of LOW'",
    "--secret-file, missing, 'missing: no such file'"
  })
  void shouldSayWhichOptionIsNotAsExpected(String option, String value, String expected)
      throws Exception {
    Path secret = Files.writeString(directory.resolve("secret"), SECRET);
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--bootstrap-servers", "127.0.0.1:1"));
    arguments.addAll(List.of("--registry-url", "http://127.0.0.1:1"));
    arguments.addAll(List.of(option, value));
    if (!option.equals("--url")) {
      arguments.addAll(List.of("--url", "http://127.0.0.1:1/"));
    }
    if (!option.equals("--secret-file")) {
      arguments.addAll(List.of("--secret-file", secret.toString()));
    }

    assertError(arguments, expected);
  }

  @Test
  void shouldAskForALongerSecret() throws Exception {
    Path secret = Files.writeString(directory.resolve("secret"), " short \n");

    assertError(
        List.of(
            "--url",
            "http://127.0.0.1:1/",
            "--secret-file",
            secret.toString(),
            "--bootstrap-servers",
            "127.0.0.1:1",
            "--registry-url",
            "http://127.0.0.1:1"),
        "holds a secret of 5 bytes, expected at least 16");
  }

  private static void assertError(List<String> arguments, String expected) {
    StringWriter errors = new StringWriter();
    int code =
        Lowtide.commandLine(new WebhookCommand())
            .setErr(new PrintWriter(errors, true))
            .execute(arguments.toArray(String[]::new));
    assertThat(code).isEqualTo(2);
    assertThat(errors.toString().lines()).singleElement().asString().contains(expected);
    assertThat(errors.toString()).doesNotContain("user:secret");
  }
}
