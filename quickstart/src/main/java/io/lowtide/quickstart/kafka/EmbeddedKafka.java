package io.lowtide.quickstart.kafka;

import io.lowtide.kafka.topic.TopicException;
import io.lowtide.kafka.topic.Topics;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka broker inside this JVM: one node that is broker and KRaft controller at once, on the
 * loopback interface only. For the demo and for tests; it has no replicas and no security.
 */
public final class EmbeddedKafka implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);
  private static final String HOST = "127.0.0.1";
  private static final int NODE_ID = 1;
  private static final Duration START_DEADLINE = Duration.ofSeconds(120);
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(30);

  private final KafkaRaftServer server;
  private final String bootstrapServers;
  private final Path directory;
  private final boolean temporary;
  private final FileChannel lock;

  private EmbeddedKafka(
      KafkaRaftServer server,
      String bootstrapServers,
      Path directory,
      boolean temporary,
      FileChannel lock) {
    this.server = server;
    this.bootstrapServers = bootstrapServers;
    this.directory = directory;
    this.temporary = temporary;
    this.lock = lock;
  }

  /** Starts an empty broker on a free port; its data are deleted when it is closed. */
  public static EmbeddedKafka start() {
    try {
      return start(Files.createTempDirectory("lowtide-kafka"), 0, true);
    } catch (IOException failure) {
      throw new UncheckedIOException("Cannot create a temporary directory for Kafka", failure);
    }
  }

  /**
   * Starts a broker over a directory and returns once it serves clients.
   *
   * @param directory holds the data; made if absent, and opened again with all its topics if an
   *     earlier broker left it there, whether closed or killed
   * @param port where clients connect, 0 for a free one
   * @throws KafkaStartException if it does not serve clients within two minutes
   */
  public static EmbeddedKafka start(Path directory, int port) {
    return start(directory, port, false);
  }

  private static EmbeddedKafka start(Path directory, int port, boolean temporary) {
    long started = System.nanoTime();
    EmbeddedKafka kafka;
    try {
      Files.createDirectories(directory);
      FileChannel lock = lock(directory);
      try {
        kafka = start(directory, port, temporary, lock);
      } catch (Exception failure) {
        lock.close();
        throw failure;
      }
    } catch (Exception failure) {
      if (temporary) {
        delete(directory);
      }
      throw new KafkaStartException(directory, port, failure);
    }
    LOG.info(
        "Kafka serves at {} after {} ms, data in {}",
        kafka.bootstrapServers,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started),
        directory);
    return kafka;
  }

  private static EmbeddedKafka start(Path directory, int port, boolean temporary, FileChannel lock)
      throws Exception {
    format(directory);
    int clientPort = freePort(port);
    KafkaRaftServer server =
        new KafkaRaftServer(
            KafkaConfig.fromProps(settings(directory, clientPort, freePort(0)), false),
            Time.SYSTEM);
    try {
      EmbeddedKafka kafka =
          new EmbeddedKafka(server, HOST + ":" + clientPort, directory, temporary, lock);
      server.startup();
      kafka.awaitReady();
      return kafka;
    } catch (Exception failure) {
      server.shutdown();
      throw failure;
    }
  }

  /**
   * Keeps a second broker out of the directory. Kafka has a lock of its own, but takes it only
   * after its controller has written there, which ruins the first broker.
   */
  private static FileChannel lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve("lowtide.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException heldByThisJvm) {
      lock = null;
    }
    if (lock == null) {
      channel.close();
      throw new IOException("another broker uses " + directory);
    }
    return channel;
  }

  private static void format(Path directory) throws Exception {
    if (Files.exists(directory.resolve(MetaPropertiesEnsemble.META_PROPERTIES_NAME))) {
      return;
    }
    new Formatter()
        .setNodeId(NODE_ID)
        .setClusterId(Uuid.randomUuid().toString())
        .setDirectories(List.of(directory.toString()))
        .setMetadataLogDirectory(directory.toString())
        .setControllerListenerName("CONTROLLER")
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .run();
  }

  private static Properties settings(Path directory, int clientPort, int controllerPort) {
    Properties settings = new Properties();
    settings.setProperty("node.id", Integer.toString(NODE_ID));
    settings.setProperty("process.roles", "broker,controller");
    settings.setProperty("controller.quorum.voters", NODE_ID + "@" + HOST + ":" + controllerPort);
    settings.setProperty("controller.listener.names", "CONTROLLER");
    settings.setProperty(
        "listeners",
        "PLAINTEXT://" + HOST + ":" + clientPort + ",CONTROLLER://" + HOST + ":" + controllerPort);
    settings.setProperty(
        "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.setProperty("log.dirs", directory.toString());
    for (String topic :
        List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
      settings.setProperty(topic + ".replication.factor", "1");
      settings.setProperty(topic + ".num.partitions", "1");
    }
    settings.setProperty("transaction.state.log.min.isr", "1");
    settings.setProperty("share.coordinator.state.topic.min.isr", "1");
    settings.setProperty("auto.create.topics.enable", "false");
    settings.setProperty("group.initial.rebalance.delay.ms", "0");
    // For tests of what happens when a session ends.
    settings.setProperty("group.min.session.timeout.ms", "1000");
    // The default takes 128 MB of heap.
    settings.setProperty("log.cleaner.dedupe.buffer.size", "2097152");
    return settings;
  }

  /** Makes sure that a port is free, or finds one for 0. */
  private static int freePort(int wanted) throws IOException {
    try (ServerSocket socket = new ServerSocket(wanted, 1, InetAddress.getByName(HOST))) {
      return socket.getLocalPort();
    }
  }

  private void awaitReady() throws ExecutionException, InterruptedException, TimeoutException {
    try (Admin admin = Admin.create(client())) {
      admin.describeCluster().nodes().get(START_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** {@code host:port}, as Kafka clients take it. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** Where the data are. */
  public Path directory() {
    return directory;
  }

  /**
   * Creates a topic that takes messages at once, or leaves it as it is if there is one of this
   * name.
   *
   * @param settings topic settings, such as {@code cleanup.policy}
   * @throws TopicException if Kafka refuses the name, the count or a setting
   */
  public void createTopic(String name, int partitions, Map<String, String> settings) {
    try (Topics topics = new Topics(client())) {
      topics.create(name, partitions, settings);
    }
  }

  private Map<String, Object> client() {
    return Map.of(
        AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
        bootstrapServers,
        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
        Math.toIntExact(START_DEADLINE.toMillis()));
  }

  /** Stops the broker, for half a minute at most; what it acknowledged is on disk. */
  @Override
  public void close() {
    if (!lock.isOpen()) {
      return;
    }
    Thread shutdown =
        new Thread(
            () -> {
              server.shutdown();
              server.awaitShutdown();
            },
            "embedded-kafka-shutdown");
    shutdown.setDaemon(true);
    shutdown.start();
    try {
      shutdown.join(CLOSE_DEADLINE.toMillis());
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
    }
    if (shutdown.isAlive()) {
      // Its directory stays locked, and in place: Kafka halts the JVM when its files disappear.
      LOG.warn("Kafka at {} did not stop within {}", bootstrapServers, CLOSE_DEADLINE);
      return;
    }
    unlock();
    LOG.info("Kafka at {} stopped", bootstrapServers);
    if (temporary) {
      delete(directory);
    }
  }

  private void unlock() {
    try {
      lock.close();
    } catch (IOException failure) {
      LOG.warn("Cannot unlock Kafka's directory {}", directory, failure);
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException failure) {
      LOG.warn("Cannot delete Kafka's temporary data in {}", directory, failure);
    }
  }
}
