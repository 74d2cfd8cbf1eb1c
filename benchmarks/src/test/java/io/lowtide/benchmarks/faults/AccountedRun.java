package io.lowtide.benchmarks.faults;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.model.ModelPublisher;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.quickstart.kafka.EmbeddedKafka;
import io.lowtide.quickstart.traffic.MachinePark;
import io.lowtide.stream.StreamApplication;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.config.StreamSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * The stream application, with topics and records of its own, on a network between it and the
 * broker that has mishaps; the records come past that network. At the end each must have ended
 * once.
 */
final class AccountedRun implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration SETTLED = Duration.ofSeconds(15);
  private static final int PARTITIONS = 2;
  private static final int RECORDS_PER_SECOND = 300;

  private final String name;
  private final String bootstrapServers;
  private final Admin admin;
  private final SchemaRegistry registry;
  private final UnsteadyNetwork network;
  private final StreamApplication application;
  private final HostileTraffic traffic;
  private int partitions = PARTITIONS;

  /**
   * What became of the records.
   *
   * @param records in the source topic
   * @param lost those that have no end, although their offsets are committed
   * @param doubled those that have ended more than once
   * @param failure what stopped the application, or null
   */
  record Account(long records, long lost, long doubled, Throwable failure) {

    /** Whether each record has ended once, and the application runs. */
    boolean isClean() {
      return records > 0 && lost == 0 && doubled == 0 && failure == null;
    }
  }

  /**
   * Starts the application, and the records once it is ready.
   *
   * @param name of the run, which its topics begin with
   * @param directory where the application keeps its state
   * @param settings of the application beyond what the run itself needs
   * @param mishaps of the network
   */
  AccountedRun(
      EmbeddedKafka kafka,
      ModelBundle model,
      String name,
      Path directory,
      Map<String, String> settings,
      Function<RequestHeader, Mishap> mishaps)
      throws Exception {
    this.name = name;
    this.bootstrapServers = kafka.bootstrapServers();
    this.admin = Admin.create(client());
    Map<String, String> registrySettings = Map.of("schema.registry.url", "mock://" + name);
    this.registry = ConfluentSchemaRegistry.connect(registrySettings);
    this.network = new UnsteadyNetwork(Integer.parseInt(bootstrapServers.split(":")[1]), mishaps);
    kafka.createTopic(
        source(),
        PARTITIONS,
        Map.of("message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE)));
    kafka.createTopic(name + "-scores", PARTITIONS, Map.of());
    new ModelPublisher(
            new ConnectionSettings(Map.of("bootstrap.servers", bootstrapServers), registrySettings))
        .publish(name + "-models", model);
    this.application =
        StreamApplication.start(StreamSettings.of(settings(model, directory, settings)));
    this.traffic =
        new HostileTraffic(
            bootstrapServers,
            registry,
            source(),
            new MachinePark(2_000, 10_000, 3),
            RECORDS_PER_SECOND,
            3);
    if (!application.awaitReady(PATIENCE)) {
      throw new TimeoutException(application.readiness().reason());
    }
    traffic.start();
  }

  private Map<String, String> settings(
      ModelBundle model, Path directory, Map<String, String> others) {
    Map<String, String> settings = OutputTopic.named(name + "-");
    settings.put("bootstrap.servers", network.bootstrapServers());
    settings.put("schema.registry.url", "mock://" + name);
    settings.put("detector", model.detector());
    settings.put("application.id", name);
    settings.put("source.topics", source());
    settings.put("models.topic", name + "-models");
    settings.put("state.directory", directory.resolve(name).toString());
    settings.put("http.port", "0");
    settings.put("kafka.metadata.max.age.ms", "1000");
    // A rebalance is over within one poll of the consumer, as on a machine that has little to do.
    settings.put("kafka.poll.ms", "2000");
    settings.putAll(others);
    return settings;
  }

  private Map<String, Object> client() {
    return Map.of("bootstrap.servers", bootstrapServers);
  }

  private String source() {
    return name + "-source";
  }

  /** Gives the source topic one more partition, so that the group shares its partitions anew. */
  void addPartition() throws Exception {
    partitions++;
    admin.createPartitions(Map.of(source(), NewPartitions.increaseTo(partitions))).all().get();
  }

  /** Ends the transactions of the application, as a second application of its name would. */
  void fenceProducers() throws Exception {
    List<String> ids =
        admin.listTransactions().all().get().stream()
            .map(TransactionListing::transactionalId)
            .filter(id -> id.startsWith(name + "-"))
            .toList();
    admin.fenceProducers(ids).all().get();
  }

  /** Sends no more, waits until the application has committed all, and accounts for it. */
  Account account() throws Exception {
    traffic.close();
    Map<TopicPartition, Long> ends = ends();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (application.failure() == null && !hasCommitted(ends)) {
      if (System.nanoTime() > deadline) {
        throw new TimeoutException(
            name + ": not at the end after " + PATIENCE + ": " + application.readiness().reason());
      }
      Thread.sleep(100);
    }
    long records = ends.values().stream().mapToLong(Long::longValue).sum();
    Ends told = read(records);
    return new Account(records, records - told.size(), told.doubled(), application.failure());
  }

  /** A transaction ends in one partition after the other: in that of the offsets first, perhaps. */
  private Ends read(long expected) throws InterruptedException {
    long deadline = System.nanoTime() + SETTLED.toNanos();
    while (true) {
      Ends told = Ends.read(client(), registry, name + "-");
      if (told.size() >= expected || System.nanoTime() > deadline) {
        return told;
      }
      Thread.sleep(500);
    }
  }

  private Map<TopicPartition, Long> ends() throws Exception {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      wanted.put(new TopicPartition(source(), partition), OffsetSpec.latest());
    }
    Map<TopicPartition, Long> ends = new HashMap<>();
    admin.listOffsets(wanted).all().get().forEach((where, end) -> ends.put(where, end.offset()));
    return ends;
  }

  private boolean hasCommitted(Map<TopicPartition, Long> ends) throws Exception {
    Map<TopicPartition, OffsetAndMetadata> committed =
        admin.listConsumerGroupOffsets(name).partitionsToOffsetAndMetadata().get();
    return ends.entrySet().stream()
        .allMatch(
            end -> {
              OffsetAndMetadata at = committed.get(end.getKey());
              return (at == null ? 0 : at.offset()) >= end.getValue();
            });
  }

  @Override
  public void close() throws Exception {
    application.close();
    network.close();
    registry.close();
    admin.close();
  }
}
