package io.lowtide.benchmarks.faults;

import io.lowtide.cli.Lowtide;
import io.lowtide.cli.OptionException;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.model.ModelCatalog;
import io.lowtide.kafka.model.ModelPublisher;
import io.lowtide.kafka.model.StoredModel;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.kafka.training.TrainingRuns;
import io.lowtide.schemas.TrainingRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code benchmarks/run-retrain-kills} runs it. */
@Command(
    name = "run-retrain-kills",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Kills `lowtide retrain` (kill -9) soon after each of its steps, starts the same command"
          + " again, and compares what is published with an undisturbed run: one model of the same"
          + " content, one event, and after each kill both of them or neither.",
      "Exit codes: 0 all were alike; 1 one was not."
    })
public final class RetrainKillsCommand implements Callable<Integer> {

  private static final String DETECTOR = "press";
  private static final String SOURCE = "readings";
  private static final int POLL = 5;
  private static final Duration LONGEST_RUN = Duration.ofMinutes(10);

  /**
   * Files that a run writes, one for each step; a run is killed soon after one of them is there.
   */
  private static final List<String> STEPS =
      List.of(
          "",
          "run.properties",
          "records.bin",
          "challenger-recalibrated.avro",
          "checkpoint-warm.bin",
          "challenger-warm.avro",
          "checkpoint-scratch.bin",
          "challenger-scratch.avro",
          "model.avro",
          "training.json");

  /** Longest time between a step and the kill, in milliseconds. */
  private static final int SOON = 1_500;

  private static final Schema READING =
      SchemaBuilder.record("Reading")
          .fields()
          .requiredDouble("speed")
          .requiredDouble("load")
          .requiredDouble("temperature")
          .endRecord();

  @Spec private CommandSpec command;

  @Option(names = "--rounds", description = "How often a run is killed after each step.")
  private int rounds = 2;

  @Option(names = "--records", description = "Records on the topic.")
  private int records = 12_000;

  @Option(names = "--seed", description = "Seed of every random choice.")
  private long seed = 1;

  @Option(
      names = "--directory",
      description = "Where data and logs go; a new temporary directory unless named.")
  private Path directory;

  /**
   * How a run that was killed ended.
   *
   * @param killedAfter seconds from its start
   * @param step after which it was killed
   * @param stage what its folder held then
   * @param atomic whether model and event were both there then, or neither
   * @param exitCode of the second start
   * @param models published by both starts
   * @param events of both starts
   * @param contentHash of the model
   */
  private record Ending(
      double killedAfter,
      String step,
      String stage,
      boolean atomic,
      OptionalInt exitCode,
      long models,
      long events,
      String contentHash) {}

  @Override
  public Integer call() throws Exception {
    OptionException.requireAtLeastOne("--rounds", rounds);
    OptionException.requireAtLeastOne("--records", records);
    Path place = directory == null ? Files.createTempDirectory("lowtide-kills") : directory;
    Files.createDirectories(place);
    PrintWriter out = command.commandLine().getOut();
    out.printf("Data and logs in %s%n", place);
    try (Surroundings surroundings = new Surroundings(place)) {
      surroundings.createTopic(SOURCE, 2, Map.of());
      send(surroundings, 0);
      ModelBundle champion = champion(surroundings, place);
      send(surroundings, 1);
      prepare(surroundings, "undisturbed", champion);
      long started = System.nanoTime();
      JavaProcess undisturbed = retrain(surroundings, place, "undisturbed");
      undisturbed.start();
      OptionalInt code = undisturbed.await(LONGEST_RUN);
      double seconds = (System.nanoTime() - started) / 1e9;
      Ending reference = ending(surroundings, place, "undisturbed", seconds, true, code);
      out.printf(
          Locale.ROOT,
          "undisturbed: %.1f s, exit code %s, content %s%n%n",
          seconds,
          text(code),
          reference.contentHash);
      out.printf(
          "%4s %10s  %-28s %-62s %6s %5s %7s %7s  %s%n",
          "kill", "at", "soon after", "found then", "whole", "exit", "models", "events", "content");
      out.flush();
      boolean alike = reference.models == 1 && reference.events == 1;
      Random random = new Random(seed);
      for (int kill = 0; kill < rounds * STEPS.size(); kill++) {
        String step = STEPS.get(kill % STEPS.size());
        Ending ending =
            killed(surroundings, place, "kill-" + kill, champion, step, random.nextInt(SOON));
        boolean same =
            ending.atomic
                && ending.models == 1
                && ending.events == 1
                && ending.contentHash.equals(reference.contentHash);
        alike &= same;
        out.printf(
            Locale.ROOT,
            "%4d %8.1f s  %-28s %-62s %6s %5s %7d %7d  %s%n",
            kill + 1,
            ending.killedAfter,
            ending.step.isEmpty() ? "its start" : ending.step,
            ending.stage,
            ending.atomic ? "yes" : "NO",
            text(ending.exitCode),
            ending.models,
            ending.events,
            same ? "the same" : "OTHER: " + ending.contentHash);
        out.flush();
      }
      out.println(alike ? "All ended with the same model, published once" : "NOT all were alike");
      return alike ? ExitCode.OK : ExitCode.SOFTWARE;
    }
  }

  private static String text(OptionalInt code) {
    return code.isPresent() ? String.valueOf(code.getAsInt()) : "none";
  }

  /** Two regimes, so that a challenger wins. */
  private void send(Surroundings surroundings, double moved) throws Exception {
    Random random = new Random(seed + (moved > 0 ? 1 : 0));
    Instant from = Instant.now().minusSeconds(records);
    try (SchemaRegistry registry = registry(surroundings);
        AvroSerializer<GenericRecord> serializer = new AvroSerializer<>(registry);
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                surroundings.client(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < records / 2; i++) {
        GenericRecord record = new GenericData.Record(READING);
        double speed = random.nextGaussian() + moved;
        double load = 0.8 * speed + 0.6 * random.nextGaussian();
        record.put("speed", 50 + 5 * speed);
        record.put("load", 20 + 2 * load);
        record.put("temperature", 70 + 3 * load * load + random.nextGaussian());
        producer.send(
            new ProducerRecord<>(
                SOURCE,
                i % 2,
                from.plusSeconds(i).toEpochMilli(),
                null,
                serializer.serialize(SOURCE, record)));
      }
    }
  }

  private static ConnectionSettings connection(Surroundings surroundings) {
    return new ConnectionSettings(
        Map.of("bootstrap.servers", surroundings.bootstrapServers()),
        Map.of("schema.registry.url", surroundings.registryUrl()));
  }

  private static SchemaRegistry registry(Surroundings surroundings) {
    return ConfluentSchemaRegistry.connect(connection(surroundings).registry());
  }

  private ModelBundle champion(Surroundings surroundings, Path place) throws Exception {
    JavaProcess first = retrain(surroundings, place, "first");
    first.start();
    OptionalInt code = first.await(LONGEST_RUN);
    Path model = place.resolve("first").resolve("model.avro");
    if (!Files.exists(model)) {
      throw new IOException(
          "no first model, exit code " + text(code) + "; the log is " + place.resolve("first.log"));
    }
    return BundleFiles.read(model);
  }

  /** A models topic of its own, with the champion. */
  private static void prepare(Surroundings surroundings, String name, ModelBundle champion) {
    new ModelPublisher(connection(surroundings)).publish(models(name), champion);
    TrainingRuns.requireTopic(connection(surroundings), runs(name));
  }

  private static String models(String name) {
    return name + ".models";
  }

  private static String runs(String name) {
    return name + ".runs";
  }

  private JavaProcess retrain(Surroundings surroundings, Path place, String name) {
    List<String> arguments = new ArrayList<>(List.of("retrain", "--output"));
    arguments.add(place.resolve(name).toString());
    Map<String, String> settings =
        Map.ofEntries(
            Map.entry("detector", DETECTOR),
            Map.entry("bootstrap.servers", surroundings.bootstrapServers()),
            Map.entry("schema.registry.url", surroundings.registryUrl()),
            Map.entry("source.topics", SOURCE),
            Map.entry("models.topic", models(name)),
            Map.entry("runs.topic", runs(name)),
            Map.entry("retrain.last", String.valueOf(records / 2)),
            Map.entry("retrain.challengers", "recalibrated,warm,scratch"),
            Map.entry("retrain.warm.iterations", "300"),
            Map.entry("training.iterations", "300"),
            Map.entry("training.hidden.units", "16,16"),
            Map.entry("training.engine", "nd4j"));
    settings.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
    return new JavaProcess(place.resolve(name + ".log"), Lowtide.class.getName(), arguments);
  }

  private Ending killed(
      Surroundings surroundings,
      Path place,
      String name,
      ModelBundle champion,
      String step,
      int delay)
      throws Exception {
    prepare(surroundings, name, champion);
    JavaProcess first = retrain(surroundings, place, name);
    long started = System.nanoTime();
    first.start();
    Path folder = place.resolve(name);
    while (first.isAlive() && !step.isEmpty() && !Files.exists(folder.resolve(step))) {
      Thread.sleep(POLL);
    }
    Thread.sleep(delay);
    first.kill();
    double seconds = (System.nanoTime() - started) / 1e9;
    String stage = stage(folder);
    boolean atomic =
        published(surroundings, name, champion).size() == runsOf(surroundings, name).size();
    JavaProcess second = retrain(surroundings, place, name);
    second.start();
    OptionalInt code = second.await(LONGEST_RUN);
    second.kill();
    Ending ending = ending(surroundings, place, name, seconds, atomic, code);
    return new Ending(
        seconds,
        step,
        stage,
        atomic,
        ending.exitCode,
        ending.models,
        ending.events,
        ending.contentHash);
  }

  /** What is there of a run, by its folder. */
  private static String stage(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return "before its first step";
    }
    try (Stream<Path> files = Files.list(folder)) {
      String names =
          files
              .map(file -> file.getFileName().toString())
              .filter(file -> file.endsWith(".avro") || file.endsWith(".bin"))
              .filter(file -> !file.equals("champion.avro"))
              .map(file -> file.replaceAll("\\.(avro|bin)$", "").replace("challenger-", "+"))
              .sorted()
              .collect(Collectors.joining(" "));
      return names.isEmpty() ? "begun" : names;
    }
  }

  private static Ending ending(
      Surroundings surroundings,
      Path place,
      String name,
      double seconds,
      boolean atomic,
      OptionalInt code)
      throws Exception {
    Path model = place.resolve(name).resolve("model.avro");
    Optional<StoredModel> champion = catalog(surroundings, name).champion(DETECTOR);
    String hash =
        champion
            .flatMap(StoredModel::bundle)
            .map(ModelBundle::contentSha256)
            .orElse("no champion, " + (Files.exists(model) ? "a model in " : "none in ") + place);
    List<TrainingRun> runs = runsOf(surroundings, name);
    long models =
        catalog(surroundings, name).versions(DETECTOR).stream()
            .filter(one -> one.bundle().orElseThrow().record().getProvenance().getLineage() != null)
            .filter(
                one ->
                    runs.stream()
                        .anyMatch(
                            run -> one.version().equals(Optional.ofNullable(run.getPublished()))))
            .count();
    return new Ending(seconds, "", "", atomic, code, models, runs.size(), hash);
  }

  private static ModelCatalog catalog(Surroundings surroundings, String name) {
    try (SchemaRegistry registry = registry(surroundings)) {
      return ModelCatalog.read(connection(surroundings), models(name), registry);
    }
  }

  /** Versions besides the champion that was there before. */
  private static List<StoredModel> published(
      Surroundings surroundings, String name, ModelBundle champion) {
    return catalog(surroundings, name).versions(DETECTOR).stream()
        .filter(model -> !model.version().equals(Optional.of(champion.version())))
        .toList();
  }

  private static List<TrainingRun> runsOf(Surroundings surroundings, String name) {
    try (SchemaRegistry registry = registry(surroundings)) {
      return TrainingRuns.of(connection(surroundings), runs(name), registry, DETECTOR);
    }
  }

  /** Runs the command. */
  public static void main(String[] arguments) {
    System.exit(Lowtide.commandLine(new RetrainKillsCommand()).execute(arguments));
  }
}
