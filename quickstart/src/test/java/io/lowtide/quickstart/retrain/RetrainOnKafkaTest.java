package io.lowtide.quickstart.retrain;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.cli.Lowtide;
import io.lowtide.cli.models.ModelsCommand;
import io.lowtide.cli.models.PublishCommand;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.feedback.FeedbackTopic;
import io.lowtide.kafka.model.ModelCatalog;
import io.lowtide.kafka.model.StoredModel;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.kafka.training.RunnerLock;
import io.lowtide.kafka.training.TrainingRuns;
import io.lowtide.quickstart.ChildJvm;
import io.lowtide.quickstart.kafka.EmbeddedKafka;
import io.lowtide.schemas.ComparedModel;
import io.lowtide.schemas.DriftChange;
import io.lowtide.schemas.DriftDirection;
import io.lowtide.schemas.DriftEvent;
import io.lowtide.schemas.Feedback;
import io.lowtide.schemas.FeedbackVerdict;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.RunCause;
import io.lowtide.schemas.RunOutcome;
import io.lowtide.schemas.TrainingRun;
import io.lowtide.trainer.command.RetrainCommand;
import io.lowtide.trainer.command.VerifyCommand;
import java.io.BufferedReader;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Retraining on a real broker: records of the topic, the models topic, and who may run. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class RetrainOnKafkaTest {

  private static final String REGISTRY = "mock://retrain";

  private static final Schema READING =
      SchemaBuilder.record("Reading")
          .fields()
          .requiredDouble("speed")
          .requiredDouble("load")
          .endRecord();

  /** A later version of the same schema. */
  private static final Schema NEXT_READING =
      SchemaBuilder.record("Reading")
          .fields()
          .requiredDouble("speed")
          .requiredDouble("load")
          .optionalString("remark")
          .endRecord();

  /** One of its values may be missing. */
  private static final Schema OPTIONAL_READING =
      SchemaBuilder.record("OptionalReading")
          .fields()
          .requiredDouble("speed")
          .optionalDouble("load")
          .endRecord();

  private static EmbeddedKafka kafka;

  @TempDir private Path directory;

  private final StringWriter output = new StringWriter();
  private final StringWriter errors = new StringWriter();
  private final Random random = new Random(1);
  private String prefix;

  @BeforeAll
  static void startKafka() {
    kafka = EmbeddedKafka.start();
  }

  @AfterAll
  static void stopKafka() {
    kafka.close();
  }

  @BeforeEach
  void createTopic(TestInfo test) {
    prefix = test.getTestMethod().orElseThrow().getName();
    kafka.createTopic(source(), 2, Map.of());
  }

  private String source() {
    return prefix + ".readings";
  }

  private ConnectionSettings connection() {
    return new ConnectionSettings(
        Map.of("bootstrap.servers", kafka.bootstrapServers()),
        Map.of("schema.registry.url", REGISTRY));
  }

  private int run(Object command, String... arguments) {
    output.getBuffer().setLength(0);
    errors.getBuffer().setLength(0);
    return Lowtide.commandLine(command)
        .setErr(new PrintWriter(errors, true))
        .setOut(new PrintWriter(output, true))
        .execute(arguments);
  }

  private int retrain(String... settings) {
    return retrain(List.of(), settings);
  }

  private int retrain(List<String> options, String... settings) {
    List<String> arguments = new ArrayList<>(options);
    arguments.add("--output");
    arguments.add(directory.resolve("run").toString());
    for (String setting :
        List.of(
            "detector=" + "press",
            "bootstrap.servers=" + kafka.bootstrapServers(),
            "schema.registry.url=" + REGISTRY,
            "source.topics=" + source(),
            "models.topic=" + models(),
            "alerts.topic=" + prefix + ".alerts",
            "runs.topic=" + runs(),
            "retrain.warm.iterations=60",
            "training.iterations=100",
            "training.hidden.units=8,8",
            "training.budget=0.02",
            "training.engine=vector")) {
      arguments.add("--set");
      arguments.add(setting);
    }
    for (String setting : settings) {
      if (setting.startsWith("--")) {
        arguments.add(setting);
        continue;
      }
      arguments.add("--set");
      arguments.add(setting);
    }
    return run(new RetrainCommand(), arguments.toArray(String[]::new));
  }

  private int models(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of(
            "--topic",
            models(),
            "--bootstrap-servers",
            kafka.bootstrapServers(),
            "--registry-url",
            REGISTRY));
    return run(new ModelsCommand(), all.toArray(String[]::new));
  }

  private String models() {
    return prefix + ".models";
  }

  private String runs() {
    return prefix + ".runs";
  }

  private ModelCatalog catalog() {
    try (SchemaRegistry registry = ConfluentSchemaRegistry.connect(connection().registry())) {
      return ModelCatalog.read(connection(), models(), registry);
    }
  }

  private String champion() {
    return catalog().champion("press").flatMap(StoredModel::version).orElseThrow();
  }

  private List<TrainingRun> decided() {
    try (SchemaRegistry registry = ConfluentSchemaRegistry.connect(connection().registry())) {
      return TrainingRuns.of(connection(), runs(), registry, "press");
    }
  }

  /** Readings of both versions of the schema, a second apart, and now and then what is none. */
  private void send(int count, double moved) {
    send(count, moved, Instant.now());
  }

  private void send(int count, double moved, Instant end) {
    send(
        count,
        end,
        i -> {
          double speed = random.nextGaussian();
          double load = 0.8 * speed + 0.6 * random.nextGaussian();
          GenericRecord record = new GenericData.Record(i % 2 == 0 ? READING : NEXT_READING);
          record.put("speed", 50 + 5 * (speed + moved));
          record.put("load", 20 + 2 * (load + moved));
          return record;
        });
  }

  /** In more lumps than its mixture has components; every tenth lacks its load. */
  private void sendLumps(int count, double moved) {
    double[] centres = new Random(2).doubles(2 * 300, -100, 100).toArray();
    send(
        count,
        Instant.now(),
        i -> {
          int lump = random.nextInt(centres.length / 2);
          GenericRecord record = new GenericData.Record(OPTIONAL_READING);
          record.put("speed", centres[2 * lump] + moved + 0.1 * random.nextGaussian());
          if (i % 10 != 3) {
            record.put("load", centres[2 * lump + 1] + moved + 0.1 * random.nextGaussian());
          }
          return record;
        });
  }

  private void send(int count, Instant end, IntFunction<GenericRecord> reading) {
    Instant time = end.minusSeconds(count);
    try (SchemaRegistry registry = ConfluentSchemaRegistry.connect(connection().registry());
        AvroSerializer<GenericRecord> serializer = new AvroSerializer<>(registry);
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      for (int i = 0; i < count; i++) {
        byte[] value = serializer.serialize(source(), reading.apply(i));
        byte[] key = ("machine-" + i % 5).getBytes(StandardCharsets.UTF_8);
        long timestamp = time.plusSeconds(i).toEpochMilli();
        producer.send(new ProducerRecord<>(source(), null, timestamp, key, value));
        if (i % 1000 == 7) {
          producer.send(new ProducerRecord<>(source(), null, timestamp, key, new byte[] {1, 2, 3}));
        }
      }
    }
  }

  private void assertVerified() {
    Path folder = directory.resolve("run");
    assertThat(
            run(
                new VerifyCommand(),
                folder.resolve("model.avro").toString(),
                "--run",
                folder.toString()))
        .isZero();
    assertThat(output.toString()).contains("The same model came out");
  }

  @Test
  void shouldReplaceAChampionWhoseKernelsAreAroundRecordsThatLackValues() {
    sendLumps(3_000, 0);
    assertThat(retrain("training.mixture.components=4")).isZero();
    ModelBundle first = catalog().champion("press").flatMap(StoredModel::bundle).orElseThrow();
    assertThat(first.record().getBase().getKernels().getShare()).isGreaterThan(0.05);

    sendLumps(3_000, 20);
    assertThat(retrain("retrain.last=3000", "training.mixture.components=4")).isZero();

    TrainingRun replaced = decided().get(1);
    assertThat(replaced.getChampion()).isEqualTo(first.version());
    assertThat(replaced.getModels())
        .extracting(ComparedModel::getRole)
        .containsExactly("champion", "recalibrated", "warm");
    ModelBundle second = catalog().champion("press").flatMap(StoredModel::bundle).orElseThrow();
    assertThat(second.version()).endsWith("-warm");
    assertThat(second.record().getBase().getKernels()).isNotNull();
    assertVerified();
  }

  @Test
  void shouldTrainKeepReplaceAndRollBack() throws Exception {
    send(4_000, 0);
    assertThat(retrain()).isZero();
    String first = champion();
    assertThat(first).endsWith("-scratch");
    TrainingRun run = decided().get(0);
    assertThat(run.getOutcome()).isEqualTo(RunOutcome.PUBLISHED);
    assertThat(run.getCause()).isEqualTo(RunCause.COMMAND);
    assertThat(run.getRecordsRead()).isEqualTo(4_000);
    assertThat(run.getRecordsUnreadable()).isEqualTo(4);
    assertThat(run.getHeldOutRecords()).isEqualTo(800);
    assertThat(run.getChampion()).isNull();

    assertThat(retrain()).isEqualTo(3);
    assertThat(champion()).isEqualTo(first);
    assertThat(decided().get(1).getOutcome()).isEqualTo(RunOutcome.KEPT);
    assertThat(output.toString()).contains("The champion " + first + " stays");
    assertThat(Files.readString(directory.resolve("run/training.json")))
        .contains("\"outcome\" : \"KEPT\"", "\"retrain.margin\"", "\"fits\"", "\"warm\"");
    assertThat(Files.readString(directory.resolve("run/report.html")))
        .contains("The champion stays: " + first, "Learning curve of the warm fit");

    send(4_000, 1);
    assertThat(retrain("retrain.last=4000")).isZero();
    String second = champion();
    assertThat(second).endsWith("-warm");
    TrainingRun replaced = decided().get(2);
    assertThat(replaced.getChampion()).isEqualTo(first);
    assertThat(replaced.getModels())
        .extracting(ComparedModel::getRole)
        .containsExactly("champion", "recalibrated", "warm");
    ModelBundle bundle = catalog().champion("press").flatMap(StoredModel::bundle).orElseThrow();
    assertThat(bundle.contentSha256()).isEqualTo(replaced.getPublishedContentSha256());
    assertThat(bundle.record().getProvenance().getLineage().getRun()).isEqualTo(replaced.getId());

    assertVerified();

    assertThat(models("list", "press")).isZero();
    assertThat(output.toString())
        .containsPattern(" +" + first)
        .containsPattern("champion +" + second);
    assertThat(models("diff", "press", first)).isZero();
    assertThat(output.toString()).contains("calibration").doesNotContain("SHA-256 SHA-256");
    assertThat(models("rollback", "press")).isZero();
    assertThat(champion()).isEqualTo(first);
    assertThat(models("rollback", "press", "--to", second)).isZero();
    assertThat(champion()).isEqualTo(second);
    assertThat(models("rollback", "press", "--to", second)).isEqualTo(2);
    assertThat(models("rollback", "press", "--to", "v0")).isEqualTo(2);
    assertThat(errors.toString()).contains("no model \"v0\"").contains(first);
    assertThat(models("show", "boiler")).isEqualTo(2);
    assertThat(errors.toString()).contains("expected one of [press]");
  }

  @Test
  void shouldLetAWinnerWaitToBePromoted() {
    send(3_000, 0);
    assertThat(retrain()).isZero();
    String first = champion();
    send(3_000, 1);
    assertThat(retrain("retrain.last=3000", "--shadow")).isZero();
    assertThat(champion()).isEqualTo(first);
    String challenger = catalog().challenger("press").flatMap(StoredModel::version).orElseThrow();
    assertThat(models("list")).isZero();
    assertThat(output.toString()).containsPattern("challenger +" + challenger);

    assertThat(models("promote", "press")).isZero();
    assertThat(champion()).isEqualTo(challenger);
    assertThat(catalog().challenger("press")).isEmpty();
    assertThat(models("promote", "press")).isEqualTo(2);
    assertThat(models("withdraw", "press")).isEqualTo(2);
    assertThat(errors.toString()).contains("no model \"challenger\"");
    assertThat(models("rollback", "press")).isZero();
    assertThat(champion()).isEqualTo(first);
  }

  @Test
  void shouldLeaveOutWhatPeopleCalledAnAnomaly() {
    send(2_000, 0);
    FeedbackTopic feedback = new FeedbackTopic(connection(), prefix + ".feedback");
    for (FeedbackVerdict verdict : List.of(FeedbackVerdict.ANOMALY, FeedbackVerdict.NORMAL)) {
      long offset = verdict == FeedbackVerdict.ANOMALY ? 3 : 4;
      feedback.say(
          Feedback.newBuilder()
              .setId(source() + "-0-" + offset + "-v1")
              .setVerdict(verdict)
              .setGivenAt(Instant.now())
              .setDetector("press")
              .setModelVersion("v1")
              .setFirstSeen(Instant.now())
              .setLastSeen(Instant.now())
              .setSource(new RecordPosition(source(), 0, offset))
              .build());
    }
    assertThat(retrain("feedback.topic=" + prefix + ".feedback")).isZero();
    assertThat(decided().get(0).getRecordsLeftOut()).isEqualTo(1);
    assertThat(decided().get(0).getRecordsRead()).isEqualTo(1_999);
    assertThat(directory.resolve("run/training.json"))
        .content()
        .contains("\"feedback\" : [", "\"precision\" : 0.5");
    assertThat(directory.resolve("run/report.html"))
        .content()
        .contains("What people said of the alerts", "no level", "50.0\u00a0%");
  }

  private void tell(DriftEvent event) throws Exception {
    try (SchemaRegistry registry = ConfluentSchemaRegistry.connect(connection().registry());
        AvroSerializer<DriftEvent> serializer = new AvroSerializer<>(registry);
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      String topic = prefix + ".drift";
      byte[] key = event.getDetector().getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>(topic, key, serializer.serialize(topic, event))).get();
    }
  }

  private DriftEvent drift(String id, String modelVersion, Instant since) {
    return DriftEvent.newBuilder()
        .setId(id)
        .setDetector("press")
        .setChange(DriftChange.RAISED)
        .setPartition(0)
        .setModelVersion(modelVersion)
        .setModelCreated(since)
        .setSince(since)
        .setToldAt(Instant.now())
        .setRecords(1_000)
        .setDirection(DriftDirection.TOO_MANY_LOW)
        .setBudget(0.02)
        .setShareWithinBudget(0.3)
        .setLevel(0.1)
        .setShareAtLevel(0.5)
        .setStrength(12)
        .setTolerance(0.02)
        .setFalseAlarmRecords(1e7)
        .setSummary("Records have become less probable.")
        .setSource(new RecordPosition(source(), 0, 0L))
        .build();
  }

  @Test
  void shouldAnswerDriftFromTheChampionByTheRecordsSinceItBegan() throws Exception {
    send(3_000, 0, Instant.now().minusSeconds(4_000));
    assertThat(retrain()).isZero();
    String first = champion();
    send(3_000, 1);
    kafka.createTopic(prefix + ".drift", 1, Map.of());
    Instant since = Instant.now().minusSeconds(2_900);
    tell(drift("of-another-model", "v0", since));
    Thread runner =
        new Thread(
            () ->
                retrain(
                    List.of("--on-drift"),
                    "drift.topic=" + prefix + ".drift",
                    "retrain.drift.wait=1s",
                    "retrain.drift.cooldown=1s",
                    "retrain.challengers=recalibrated"));
    runner.start();
    try {
      Thread.sleep(3_000);
      assertThat(decided()).as("drift from a model that is not in use").hasSize(1);
      tell(drift("of-the-champion", first, since));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (decided().size() < 2 && System.nanoTime() < deadline) {
        Thread.sleep(200);
      }
      Thread.sleep(2_000);
    } finally {
      runner.interrupt();
      runner.join();
    }
    assertThat(decided()).as("none for a drift from a model that was replaced").hasSize(2);
    TrainingRun run = decided().get(1);
    assertThat(run.getCause()).isEqualTo(RunCause.DRIFT);
    assertThat(run.getDriftEvents()).containsExactly("of-the-champion");
    assertThat(run.getSource()).contains("from " + since.truncatedTo(ChronoUnit.MILLIS));
    assertThat(run.getRecordsRead()).isBetween(2_800L, 2_901L);
    assertThat(run.getOutcome()).isEqualTo(RunOutcome.PUBLISHED);
    assertThat(champion()).isEqualTo(run.getPublished()).isNotEqualTo(first);
  }

  @Test
  void shouldWriteDownThatThereWasNothingToTrainOn() {
    assertThat(retrain()).isEqualTo(2);
    assertThat(errors.toString()).contains("topic " + source()).contains("no record");
    assertThat(decided()).hasSize(1);
    assertThat(decided().get(0).getOutcome()).isEqualTo(RunOutcome.FAILED);
  }

  @Test
  @Tag("long")
  void shouldRunInOneProcessAtATimeAndNotWaitForADeadOne() throws Exception {
    TrainingRuns.requireTopic(connection(), runs());
    Process holder = holder();
    BufferedReader told = holder.inputReader();
    assertThat(told.readLine()).isEqualTo("held");
    try (RunnerLock lock = new RunnerLock(connection(), runs(), "press")) {
      assertThat(lock.acquire(RunnerLock.SESSION.multipliedBy(2))).isFalse();
      holder.destroyForcibly();
      assertThat(lock.acquire(RunnerLock.SESSION.multipliedBy(3))).isTrue();
    }
  }

  @Test
  @Tag("long")
  void shouldPublishNothingOfAProcessThatWasCutOff() throws Exception {
    TrainingRuns.requireTopic(connection(), runs());
    Process cutOff = holder();
    BufferedReader told = cutOff.inputReader();
    assertThat(told.readLine()).isEqualTo("held");
    signal(cutOff, "-STOP");
    try (RunnerLock lock = new RunnerLock(connection(), runs(), "press")) {
      assertThat(lock.acquire(RunnerLock.SESSION.multipliedBy(3))).isTrue();
      signal(cutOff, "-CONT");
      try (OutputStream publish = cutOff.getOutputStream()) {
        publish.write('\n');
      }
      assertThat(told.readLine()).isEqualTo("lost");
      assertThat(cutOff.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(lock.isHeld()).isTrue();
    }
    assertThat(decided()).isEmpty();
  }

  private Process holder() throws Exception {
    return ChildJvm.start(RunnerChild.class, kafka.bootstrapServers(), runs());
  }

  private static void signal(Process process, String signal) throws Exception {
    assertThat(new ProcessBuilder("kill", signal, String.valueOf(process.pid())).start().waitFor())
        .isZero();
  }

  @Test
  void shouldPublishAChallengerByHand() throws Exception {
    Path file = directory.resolve("model.avro");
    io.lowtide.density.bundle.BundleFiles.write(file, io.lowtide.stream.TestModels.bundle("v1"));
    String detector = io.lowtide.stream.TestModels.DETECTOR;
    List<String> arguments =
        List.of(
            file.toString(),
            "--topic",
            models(),
            "--bootstrap-servers",
            kafka.bootstrapServers(),
            "--registry-url",
            REGISTRY,
            "--challenger");
    assertThat(run(new PublishCommand(), arguments.toArray(String[]::new))).isZero();
    assertThat(catalog().champion(detector)).isEmpty();
    assertThat(models("promote", detector)).isZero();
    assertThat(catalog().champion(detector).flatMap(StoredModel::version)).contains("v1");
  }
}
