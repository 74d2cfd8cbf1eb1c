package io.lowtide.stream.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
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
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventAudienceTest {

  private static final int MOST = 60;

  private final Semaphore arrivals = new Semaphore(0);
  private final EventAudience audience = new EventAudience(MOST, arrivals::release);
  private final List<Socket> sockets = new ArrayList<>();
  private HttpEndpoint endpoint;

  @BeforeEach
  void start() throws IOException {
    endpoint = start(Duration.ofSeconds(10));
  }

  private HttpEndpoint start(Duration longestConnection) throws IOException {
    return HttpEndpoint.start(
        new InetSocketAddress("127.0.0.1", 0),
        List.of(
            new EventRoute("/events", HostNames.any(), audience),
            new Route("/health/live", () -> new Answer(200, "text/plain", "live"))),
        longestConnection);
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    audience.close();
    endpoint.close();
  }

  private Socket follow() throws Exception {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(1024);
    socket.connect(new InetSocketAddress("127.0.0.1", endpoint.port()));
    socket
        .getOutputStream()
        .write("GET /events HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8));
    sockets.add(socket);
    arrivals.acquire();
    return socket;
  }

  private void send(String first, String next) {
    audience.send(() -> bytes(first), bytes(next));
  }

  private static byte[] bytes(String text) {
    return ("data: " + text + "\n\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Reads up to the next event. */
  private static String next(BufferedReader lines) throws IOException {
    String line = lines.readLine();
    while (line != null && !line.startsWith("data: ")) {
      line = lines.readLine();
    }
    return line == null ? null : line.substring("data: ".length());
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  private HttpResponse<String> request(String method, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + endpoint.port() + path);
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private void awaitSize(int size) throws InterruptedException {
    while (audience.size() != size) {
      Thread.sleep(5);
    }
  }

  @Test
  void shouldSendEverythingToThoseWhoComeAndThenWhatIsNew() throws Exception {
    BufferedReader early = reader(follow());
    assertThat(audience.awaitsFirst()).isTrue();
    send("everything", "nobody hears this");
    assertThat(audience.awaitsFirst()).isFalse();
    assertThat(next(early)).isEqualTo("everything");

    BufferedReader late = reader(follow());
    send("everything again", "a change");
    send("nobody comes new", "another change");

    assertThat(List.of(next(early), next(early))).containsExactly("a change", "another change");
    assertThat(List.of(next(late), next(late)))
        .containsExactly("everything again", "another change");
  }

  @Test
  void shouldLeaveThoseWhoComeToTheNextTimeWhenThereIsNothingForThemYet() throws Exception {
    BufferedReader follower = reader(follow());
    audience.send(() -> null, bytes("a change"));
    assertThat(audience.awaitsFirst()).isTrue();
    send("everything", "a change");
    assertThat(next(follower)).isEqualTo("everything");
  }

  @Test
  void shouldSayThatThereIsNoRoomForMore() throws Exception {
    for (int i = 0; i < MOST; i++) {
      follow();
    }

    HttpResponse<String> refused = request("GET", "/events");
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("Retry-After")).hasValue("10");
    assertThat(refused.body()).contains("page.connections").contains(Integer.toString(MOST));
    assertThat(request("HEAD", "/events").statusCode()).isEqualTo(503);

    sockets.get(0).close();
    while (audience.size() == MOST) {
      send("everything", "a change");
      Thread.sleep(5);
    }
    assertThat(request("HEAD", "/events").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldTellHealthWhateverFiftySlowFollowersHold() throws Exception {
    for (int i = 0; i < 50; i++) {
      follow();
    }
    String large = "x".repeat(1 << 20);
    Set<Long> before = jettyThreads();
    for (int i = 0; i < 10; i++) {
      send(large, large);
      HttpResponse<String> health = request("GET", "/health/live");
      assertThat(health.statusCode()).isEqualTo(200);
      assertThat(health.body()).isEqualTo("live");
    }
    assertThat(audience.size()).isEqualTo(50);
    assertThat(jettyThreads()).as("threads for 50 followers").hasSizeLessThan(before.size() + 9);
  }

  private static Set<Long> jettyThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("lowtide-http"))
        .map(Thread::getId)
        .collect(Collectors.toSet());
  }

  @Test
  void shouldLetGoOfAFollowerThatDoesNotRead() throws Exception {
    follow();
    BufferedReader reading = reader(follow());
    String large = "x".repeat(1 << 20);
    while (audience.size() == 2) {
      send("everything", large);
      next(reading);
    }
    assertThat(audience.size()).isEqualTo(1);
    send("everything", "still there");
    String last = next(reading);
    while (!last.equals("still there")) {
      last = next(reading);
    }
  }

  @Test
  void shouldHoldAConnectionForLongerThanOneRequestMayTake() throws Exception {
    endpoint.close();
    endpoint = start(Duration.ofMillis(300));
    BufferedReader follower = reader(follow());
    send("everything", "nobody hears this");
    assertThat(next(follower)).isEqualTo("everything");
    long until = System.nanoTime() + Duration.ofMillis(900).toNanos();
    while (System.nanoTime() < until) {
      send("nobody comes new", "a change");
      assertThat(next(follower)).isEqualTo("a change");
      Thread.sleep(50);
    }
  }

  @Test
  void shouldNotMakeWayForOthers() throws Exception {
    BufferedReader follower = reader(follow());
    for (int i = 0; i < 100; i++) {
      Socket idle = new Socket("127.0.0.1", endpoint.port());
      sockets.add(idle);
    }
    assertThat(request("GET", "/health/live").statusCode()).isEqualTo(200);
    send("everything", "nobody hears this");
    assertThat(next(follower)).isEqualTo("everything");
  }

  @Test
  void shouldForgetThoseWhoLeave() throws Exception {
    Socket follower = follow();
    send("everything", "nobody hears this");
    next(reader(follower));
    follower.close();
    while (audience.size() > 0) {
      send("nobody comes new", "a change");
      Thread.sleep(5);
    }
    awaitSize(0);
  }
}
