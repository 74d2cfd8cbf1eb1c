package io.lowtide.quickstart.retrain;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.kafka.settings.SettingsSources;
import io.lowtide.kafka.training.TrainingRuns;
import io.lowtide.quickstart.kafka.EmbeddedKafka;
import io.lowtide.quickstart.registry.RegistryProcess;
import io.lowtide.schemas.RunOutcome;
import io.lowtide.schemas.TrainingRun;
import io.lowtide.trainer.retrain.RetrainJob;
import io.lowtide.trainer.retrain.RetrainSchedule;
import io.lowtide.trainer.retrain.RetrainSettings;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Retraining again and again, with broker and registry away at first. */
@Tag("long")
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class RetrainScheduleTest {

  private static final Duration EVERY = Duration.ofSeconds(2);

  private static final Schema READING =
      SchemaBuilder.record("Reading").fields().requiredDouble("speed").endRecord();

  @TempDir private Path directory;

  @Test
  void shouldOutliveOutagesAndKeepOneScheduleInTwoInstances() throws Exception {
    int kafkaPort = freePort();
    int registryPort = freePort();
    ConnectionSettings connection =
        new ConnectionSettings(
            Map.of("bootstrap.servers", "127.0.0.1:" + kafkaPort),
            Map.of("schema.registry.url", "http://127.0.0.1:" + registryPort + "/apis/ccompat/v7"));
    CountDownLatch decided = new CountDownLatch(3);
    List<Thread> instances = new ArrayList<>();
    for (int instance = 0; instance < 2; instance++) {
      instances.add(start(instance, connection, decided));
    }
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), kafkaPort)) {
      kafka.createTopic("readings", 1, Map.of());
      Path log = directory.resolve("registry.log");
      try (RegistryProcess registry =
          RegistryProcess.start(
              new RegistryProcess.Settings(
                  RegistryProcess.Settings.inMemory(log).home(),
                  registryPort,
                  log,
                  directory.resolve("registry")))) {
        assertThat(registry.isAlive()).isTrue();
        send(connection);
        assertThat(decided.await(180, TimeUnit.SECONDS)).isTrue();
        for (Thread instance : instances) {
          instance.interrupt();
        }
        for (Thread instance : instances) {
          instance.join();
        }
        assertOneSchedule(runs(connection));
      }
    }
  }

  private Thread start(int instance, ConnectionSettings connection, CountDownLatch decided) {
    RetrainSettings settings = settings(connection);
    RetrainJob job =
        new RetrainJob(
            settings, directory.resolve("run" + instance), Optional.empty(), true, report -> {});
    RetrainSchedule schedule =
        new RetrainSchedule(settings, job, Optional.of(EVERY), false, run -> decided.countDown());
    Thread thread =
        new Thread(
            () -> {
              try {
                schedule.run();
              } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
              }
            });
    thread.start();
    return thread;
  }

  private static RetrainSettings settings(ConnectionSettings connection) {
    return RetrainSettings.of(
        SettingsSources.none()
            .with(
                Map.ofEntries(
                    Map.entry("detector", "press"),
                    Map.entry("bootstrap.servers", connection.kafka().get("bootstrap.servers")),
                    Map.entry(
                        "schema.registry.url", connection.registry().get("schema.registry.url")),
                    Map.entry("kafka.default.api.timeout.ms", "3000"),
                    Map.entry("kafka.request.timeout.ms", "2000"),
                    Map.entry("source.topics", "readings"),
                    Map.entry("retrain.challengers", "recalibrated"),
                    Map.entry("training.iterations", "30"),
                    Map.entry("training.hidden.units", "4,4"),
                    Map.entry("training.calibration.folds", "2"),
                    Map.entry("training.budget", "0.05"),
                    Map.entry("training.engine", "nd4j")),
                "test"));
  }

  private static void assertOneSchedule(List<TrainingRun> runs) {
    // Those from before there were records had nothing to decide on.
    List<TrainingRun> decided =
        runs.stream().filter(run -> run.getOutcome() != RunOutcome.FAILED).toList();
    assertThat(decided.size()).isGreaterThanOrEqualTo(3);
    assertThat(decided.get(0).getOutcome()).isEqualTo(RunOutcome.PUBLISHED);
    for (int i = 1; i < decided.size(); i++) {
      assertThat(decided.get(i).getOutcome()).isEqualTo(RunOutcome.KEPT);
      assertThat(decided.get(i).getStartedAt())
          .isAfterOrEqualTo(decided.get(i - 1).getFinishedAt())
          .isAfterOrEqualTo(decided.get(i - 1).getStartedAt().plus(EVERY));
    }
  }

  private static List<TrainingRun> runs(ConnectionSettings connection) {
    try (SchemaRegistry registry = ConfluentSchemaRegistry.connect(connection.registry())) {
      return TrainingRuns.of(connection, "lowtide.training-runs", registry, "press");
    }
  }

  private static void send(ConnectionSettings connection) {
    Random random = new Random(1);
    try (SchemaRegistry registry = ConfluentSchemaRegistry.connect(connection.registry());
        AvroSerializer<GenericRecord> serializer = new AvroSerializer<>(registry);
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                connection.clientProperties(),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      for (int i = 0; i < 400; i++) {
        GenericRecord record = new GenericData.Record(READING);
        record.put("speed", 50 + 5 * random.nextGaussian());
        producer.send(
            new ProducerRecord<>(
                "readings",
                0,
                Instant.now().toEpochMilli(),
                null,
                serializer.serialize("readings", record)));
      }
    }
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }
}
