package io.lowtide.quickstart.registry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real schema registry as a child process: Apicurio Registry, which answers Confluent's REST
 * interface, on the loopback interface only, with Confluent's default compatibility, BACKWARD.
 *
 * <p>It ends with this JVM, however that ends. A child is told of its parent's death by nothing but
 * the end of its standard input, which the registry does not read: a shell between the two does.
 */
public final class RegistryProcess implements AutoCloseable {

  /** System property that names the directory of the unpacked registry, if it is elsewhere. */
  public static final String HOME_PROPERTY = "lowtide.registry.home";

  private static final Logger LOG = LoggerFactory.getLogger(RegistryProcess.class);
  private static final String HOST = "127.0.0.1";
  private static final Duration SLOW = Duration.ofSeconds(30);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(200);
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(10);
  private static final int LOG_LINES_SHOWN = 30;

  /** Runs its arguments until they end or standard input does, whichever is first. */
  private static final String UNTIL_INPUT_ENDS =
      """
      exec 3<&0
      "$@" 3<&- &
      child=$!
      { read -r line <&3; kill "$child"; } 2>/dev/null &
      watcher=$!
      wait "$child"
      status=$?
      kill "$watcher" 2>/dev/null
      exit "$status"
      """;

  private final Process process;
  private final String url;
  private final Thread closeAtExit;

  /**
   * @param home directory of the unpacked registry
   * @param port where it listens, 0 for a free one
   * @param log file that its output is appended to
   * @param data directory that keeps the schemas from one start to the next, or null to keep them
   *     in memory
   */
  public record Settings(Path home, int port, Path log, Path data) {

    /**
     * Schemas in memory, a free port, the home that {@link #HOME_PROPERTY} names or else the one
     * that the build unpacks beside the classes of this module.
     */
    public static Settings inMemory(Path log) {
      String home = System.getProperty(HOME_PROPERTY);
      return new Settings(home == null ? unpackedByTheBuild() : Path.of(home), 0, log, null);
    }

    private static Path unpackedByTheBuild() {
      URL classes = RegistryProcess.class.getProtectionDomain().getCodeSource().getLocation();
      try {
        return Path.of(classes.toURI()).resolveSibling("registry");
      } catch (URISyntaxException impossible) {
        throw new IllegalStateException("Not a place for classes: " + classes, impossible);
      }
    }

    private Path runner() throws IOException {
      if (Files.isDirectory(home)) {
        try (var jars = Files.newDirectoryStream(home, "apicurio-registry-app-*-runner.jar")) {
          for (Path jar : jars) {
            return jar;
          }
        }
      }
      throw new IOException(
          "no apicurio-registry-app-*-runner.jar in " + home + "; set -D" + HOME_PROPERTY);
    }
  }

  private RegistryProcess(Process process, String url) {
    this.process = process;
    this.url = url;
    closeAtExit = new Thread(this::stop, "registry-shutdown");
  }

  /**
   * Starts a registry and returns once it answers.
   *
   * @throws RegistryStartException if it ends early, gets no further for two minutes or does not
   *     answer within ten; the message shows the end of its log
   */
  public static RegistryProcess start(Settings settings) {
    long started = System.nanoTime();
    RegistryProcess registry;
    try {
      int port = freePort(settings.port());
      Files.createDirectories(settings.log().toAbsolutePath().getParent());
      registry =
          new RegistryProcess(
              new ProcessBuilder(command(settings, port))
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.appendTo(settings.log().toFile()))
                  .start(),
              "http://" + HOST + ":" + port + "/apis/ccompat/v7");
    } catch (IOException failure) {
      throw new RegistryStartException(
          failure.getMessage(), settings.log(), tail(settings.log()), failure);
    }
    Runtime.getRuntime().addShutdownHook(registry.closeAtExit);
    try {
      registry.awaitReady(settings.log());
    } catch (IOException | InterruptedException failure) {
      registry.close();
      if (failure instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw new RegistryStartException(
          failure.getMessage(), settings.log(), tail(settings.log()), failure);
    }
    LOG.info(
        "Schema registry serves at {} after {} ms, log in {}",
        registry.url,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started),
        settings.log());
    return registry;
  }

  private static List<String> command(Settings settings, int port) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("/bin/sh", "-c", UNTIL_INPUT_ENDS, "registry"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx384m");
    // It lives for minutes and serves a few requests: its start is what it costs, and this halves
    // it.
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.add("-Dquarkus.http.host=" + HOST);
    command.add("-Dquarkus.http.port=" + port);
    command.add("-Dquarkus.management.host=" + HOST);
    command.add("-Dquarkus.management.port=" + freePort(0));
    if (settings.data() != null) {
      Path database = settings.data().toAbsolutePath().resolve("registry");
      command.add("-Dapicurio.datasource.url=jdbc:h2:file:" + database);
    }
    command.add("-jar");
    command.add(settings.runner().toString());
    return command;
  }

  /**
   * Makes sure that a port is free, or finds one for 0; another's answers must not count as ours.
   */
  private static int freePort(int wanted) throws IOException {
    try (ServerSocket socket = new ServerSocket(wanted, 1, InetAddress.getByName(HOST))) {
      return socket.getLocalPort();
    } catch (BindException taken) {
      throw new IOException("port " + wanted + ": " + taken.getMessage(), taken);
    }
  }

  private void awaitReady(Path log) throws IOException, InterruptedException {
    HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    HttpRequest requireCompatibility =
        HttpRequest.newBuilder(URI.create(url + "/config"))
            .timeout(Duration.ofSeconds(5))
            .header("Content-Type", "application/vnd.schemaregistry.v1+json")
            .PUT(BodyPublishers.ofString("{\"compatibility\": \"BACKWARD\"}"))
            .build();
    StartPatience patience = new StartPatience(System.nanoTime());
    boolean saidSlow = false;
    String last = "no answer";
    while (patience.lasts(System.nanoTime(), Files.size(log), processorTime())) {
      if (!saidSlow && patience.waited().compareTo(SLOW) > 0) {
        saidSlow = true;
        LOG.warn("No answer from the schema registry at {} {}; going on to wait", url, patience);
      }
      try {
        HttpResponse<String> answer = http.send(requireCompatibility, BodyHandlers.ofString());
        if (answer.statusCode() == 200) {
          return;
        }
        last = "HTTP " + answer.statusCode() + " " + answer.body();
      } catch (IOException notYet) {
        last = notYet.toString();
      }
      if (process.waitFor(POLL_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("it ended with status " + process.exitValue());
      }
    }
    throw new IOException(
        String.format(
            Locale.ROOT,
            "no answer from it at %s %s (%s). The load of this machine is %.1f on %d processors: if"
                + " it is busy, wait until it is less so, and try again",
            url,
            patience,
            last,
            ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
            Runtime.getRuntime().availableProcessors()));
  }

  /** Of the process and those that it has started. */
  private Duration processorTime() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .flatMap(each -> each.info().totalCpuDuration().stream())
        .reduce(Duration.ZERO, Duration::plus);
  }

  private static String tail(Path log) {
    if (Files.notExists(log)) {
      return "(none)";
    }
    try {
      // The log is another program's: whatever it holds must not hide why it did not start.
      List<String> lines =
          new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
      return String.join(
          System.lineSeparator(),
          lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
    } catch (IOException failure) {
      return "(cannot be read: " + failure + ")";
    }
  }

  /** Base URL of Confluent's REST interface: the value of {@code schema.registry.url}. */
  public String url() {
    return url;
  }

  /** Whether the process runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Stops the registry: asks it to, and kills it after ten seconds. */
  @Override
  public void close() {
    stop();
    try {
      Runtime.getRuntime().removeShutdownHook(closeAtExit);
    } catch (IllegalStateException shuttingDown) {
      // Then the hook runs, and finds nothing left to stop.
      LOG.debug("Schema registry closed while the JVM shuts down");
    }
  }

  private void stop() {
    List<ProcessHandle> children = process.descendants().toList();
    try {
      process.getOutputStream().close();
      if (process.waitFor(CLOSE_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
      LOG.warn("Schema registry at {} did not stop within {}", url, CLOSE_DEADLINE);
    } catch (IOException failure) {
      throw new UncheckedIOException("Cannot end the input of the registry's process", failure);
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
      children.forEach(ProcessHandle::destroyForcibly);
    }
  }
}
