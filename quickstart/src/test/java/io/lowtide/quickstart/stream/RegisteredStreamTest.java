package io.lowtide.quickstart.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.cli.Lowtide;
import io.lowtide.quickstart.ChildJvm;
import io.lowtide.quickstart.kafka.EmbeddedKafka;
import io.lowtide.quickstart.registry.RegistryProcess;
import io.lowtide.stream.StreamApplication;
import io.lowtide.stream.config.StreamSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * What tests of the stream application share that have a broker and a registry of their own class.
 */
abstract class RegisteredStreamTest extends AccountedStreamTest {

  static final Schema NEXT_READING =
      SchemaBuilder.record("Reading")
          .fields()
          .requiredDouble("temperature")
          .requiredDouble("pressure")
          .optionalString("remark")
          .endRecord();

  @TempDir private static Path shared;
  static EmbeddedKafka kafka;
  static RegistryProcess registryProcess;

  final Random random = new Random(3);

  @BeforeAll
  static void startKafkaAndRegistry() {
    kafka = EmbeddedKafka.start(shared.resolve("kafka"), 0);
    registryProcess = startRegistry(0);
  }

  static RegistryProcess startRegistry(int port) {
    Path log = shared.resolve("registry.log");
    return RegistryProcess.start(
        new RegistryProcess.Settings(
            RegistryProcess.Settings.inMemory(log).home(),
            port,
            log,
            shared.resolve("registry-data")));
  }

  @AfterAll
  static void stopKafkaAndRegistry() {
    registryProcess.close();
    kafka.close();
  }

  @Override
  EmbeddedKafka kafka() {
    return kafka;
  }

  @Override
  String registryUrl() {
    return registryProcess.url();
  }

  @Override
  Map<String, String> clientSettings() {
    return Map.of("kafka.heartbeat.interval.ms", "1000", "kafka.session.timeout.ms", "6000");
  }

  StreamApplication start(Map<String, String> overrides) throws Exception {
    return StreamApplication.start(StreamSettings.of(settings(overrides)));
  }

  /**
   * Runs the application in a JVM of its own until so many scores are committed, and kills it. Its
   * session is short, for the next instance waits until that ends.
   */
  void runUntilKilled(Map<String, String> overrides, int count) throws Exception {
    Map<String, String> settings = settings(overrides);
    settings.put("kafka.session.timeout.ms", "2000");
    settings.put("kafka.heartbeat.interval.ms", "500");
    String[] arguments =
        settings.entrySet().stream()
            .map(setting -> setting.getKey() + "=" + setting.getValue())
            .toArray(String[]::new);
    Process child = ChildJvm.start(StreamChild.class, arguments);
    try (Committed scores = committed("scores")) {
      Await.until(() -> scores.soFar().size() >= count, () -> scores.soFar().size() + " scores");
    } finally {
      child.destroyForcibly().waitFor();
    }
  }

  byte[] message(Schema schema) {
    return message(schema, 65 + 5 * random.nextGaussian(), 2 + 0.5 * random.nextGaussian());
  }

  void send(List<byte[]> messages) throws Exception {
    sendAll(
        messages.stream()
            .map(
                message -> {
                  byte[] key = ("press-" + random.nextInt(50)).getBytes(StandardCharsets.UTF_8);
                  return new ProducerRecord<>(source(), key, message);
                })
            .toList());
  }

  void sendAnomaly(String key, Instant eventTime) throws Exception {
    byte[] message = message(READING, 65, 5);
    sendAll(
        List.of(
            new ProducerRecord<>(
                source(),
                0,
                eventTime.toEpochMilli(),
                key.getBytes(StandardCharsets.UTF_8),
                message)));
  }

  List<byte[]> messages(Schema schema, int count) {
    List<byte[]> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      messages.add(message(schema));
    }
    return messages;
  }

  List<byte[]> messages(int count) {
    return messages(READING, count);
  }

  static void awaitReason(StreamApplication application, String beginning) throws Exception {
    Await.until(
        () -> application.readiness().reason().startsWith(beginning),
        () -> application.readiness().reason());
  }

  static String get(StreamApplication application, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + application.httpPort() + path))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  String run(Object command, String... arguments) {
    StringWriter output = new StringWriter();
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of(
            "--bootstrap-servers",
            kafka.bootstrapServers(),
            "--registry-url",
            registryProcess.url()));
    int exitCode =
        Lowtide.commandLine(command)
            .setOut(new PrintWriter(output, true))
            .execute(all.toArray(String[]::new));
    assertThat(exitCode).isZero();
    return output.toString();
  }

  static String[] append(String[] some, String... more) {
    String[] all = Arrays.copyOf(some, some.length + more.length);
    System.arraycopy(more, 0, all, some.length, more.length);
    return all;
  }
}
