package io.lowtide.quickstart.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A headless Chromium with one page, driven over its DevTools protocol: what is needed of it is
 * little, and so no other tool has to be there.
 */
final class Chromium implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 50;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final WebSocket socket;
  private final String session;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final List<String> complaints = Collections.synchronizedList(new ArrayList<>());

  private Chromium(Process process, URI address) {
    this.process = process;
    this.socket =
        HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(address, new Messages()).join();
    ObjectNode target = JSON.createObjectNode().put("url", "about:blank");
    String id = send(null, "Target.createTarget", target).get("targetId").asText();
    ObjectNode attachment = JSON.createObjectNode().put("targetId", id).put("flatten", true);
    this.session = send(null, "Target.attachToTarget", attachment).get("sessionId").asText();
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      send(domain + ".enable", JSON.createObjectNode());
    }
  }

  /** Where a Chromium is installed, if one is. */
  static Optional<Path> installed() {
    return Stream.of("chromium", "chromium-browser", "google-chrome")
        .flatMap(
            name ->
                Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                    .map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Starts one.
   *
   * @param program see {@link #installed}
   * @param profile a directory that is empty or not there
   */
  static Chromium start(Path program, Path profile) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--headless=new",
                // Containers have no user namespaces to build a sandbox with; the pages are ours.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
                "--hide-scrollbars",
                "--lang=en",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Path portFile = profile.resolve("DevToolsActivePort");
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    List<String> lines = List.of();
    while (lines.size() < 2) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        process.destroyForcibly();
        throw new IOException(program + " does not start");
      }
      Thread.sleep(POLL_MILLIS);
      lines = Files.exists(portFile) ? Files.readAllLines(portFile) : lines;
    }
    return new Chromium(
        process, URI.create("ws://127.0.0.1:" + lines.get(0).strip() + lines.get(1).strip()));
  }

  /** What the browser has complained of: errors, exceptions, and what the policy forbade. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** Goes to a page. */
  void open(String url) {
    send("Page.navigate", JSON.createObjectNode().put("url", url));
  }

  /**
   * Sets the size of the window, and what the reader prefers.
   *
   * @param scheme light or dark
   */
  void view(int width, int height, String scheme, double scale) {
    send(
        "Emulation.setDeviceMetricsOverride",
        JSON.createObjectNode()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", scale)
            .put("mobile", false));
    ObjectNode media = JSON.createObjectNode();
    media.putArray("features").addObject().put("name", "prefers-color-scheme").put("value", scheme);
    send("Emulation.setEmulatedMedia", media);
  }

  /** Evaluates an expression; a promise is waited for. */
  JsonNode evaluate(String expression) {
    JsonNode answer =
        send(
            "Runtime.evaluate",
            JSON.createObjectNode()
                .put("expression", expression)
                .put("awaitPromise", true)
                .put("returnByValue", true));
    if (answer.has("exceptionDetails")) {
      throw new IllegalStateException(answer.get("exceptionDetails").toString());
    }
    return answer.get("result").path("value");
  }

  /** Waits until an expression is true. */
  void await(String expression) throws InterruptedException, TimeoutException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!evaluate("Boolean(" + expression + ")").asBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new TimeoutException(
            expression
                + " never was; the page says: "
                + evaluate("document.body.innerText").asText()
                + "; complaints: "
                + complaints);
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  /** Presses and releases a key, such as Tab, Enter or ArrowDown. */
  void press(String key, int code) {
    ObjectNode event =
        JSON.createObjectNode().put("key", key).put("code", key).put("windowsVirtualKeyCode", code);
    if (key.equals("Enter")) {
      event.put("text", "\r");
    }
    send("Input.dispatchKeyEvent", event.deepCopy().put("type", "keyDown"));
    send("Input.dispatchKeyEvent", event.put("type", "keyUp"));
  }

  /**
   * A picture of what is to be seen.
   *
   * @param format png or webp
   */
  byte[] picture(String format) {
    JsonNode answer =
        send(
            "Page.captureScreenshot",
            JSON.createObjectNode().put("format", format).put("quality", 90));
    return Base64.getDecoder().decode(answer.get("data").asText());
  }

  private JsonNode send(String method, ObjectNode parameters) {
    return send(session, method, parameters);
  }

  private JsonNode send(String receiver, String method, ObjectNode parameters) {
    int number = numbers.incrementAndGet();
    ObjectNode message = JSON.createObjectNode().put("id", number).put("method", method);
    message.set("params", parameters);
    if (receiver != null) {
      message.put("sessionId", receiver);
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(number, answer);
    socket.sendText(message.toString(), true).join();
    try {
      JsonNode answered = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (answered.has("error")) {
        throw new IllegalStateException(method + ": " + answered.get("error"));
      }
      return answered.get("result");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(method, e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(method, e);
    }
  }

  private void hear(JsonNode message) {
    if (message.has("id")) {
      answers.remove(message.get("id").asInt()).complete(message);
      return;
    }
    JsonNode parameters = message.path("params");
    switch (message.path("method").asText()) {
      case "Runtime.exceptionThrown" ->
          complaints.add(parameters.path("exceptionDetails").toString());
      case "Runtime.consoleAPICalled" -> {
        if (parameters.path("type").asText().equals("error")) {
          complaints.add(parameters.path("args").toString());
        }
      }
      case "Log.entryAdded" -> {
        if (parameters.path("entry").path("level").asText().equals("error")) {
          complaints.add(parameters.path("entry").toString());
        }
      }
      default -> {}
    }
  }

  /** Asks it to end, so that it clears up after itself. */
  @Override
  public void close() {
    try {
      send(null, "Browser.close", JSON.createObjectNode());
      process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      socket.abort();
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private final class Messages implements WebSocket.Listener {

    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        try {
          hear(JSON.readTree(text.toString()));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        text.setLength(0);
      }
      from.request(1);
      return null;
    }
  }
}
