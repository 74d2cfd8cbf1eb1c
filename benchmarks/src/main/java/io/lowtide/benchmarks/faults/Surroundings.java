package io.lowtide.benchmarks.faults;

import io.lowtide.cli.Lowtide;
import io.lowtide.kafka.topic.Topics;
import io.lowtide.quickstart.registry.RegistryProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;

/** Broker, registry and instances of the application, each a process of its own. */
final class Surroundings implements AutoCloseable {

  private final Path directory;
  private final int brokerPort;
  private final JavaProcess broker;
  private final List<JavaProcess> applications = new ArrayList<>();
  private RegistryProcess registry;

  Surroundings(Path directory) throws IOException {
    this.directory = directory;
    this.brokerPort = freePort();
    this.broker =
        new JavaProcess(
            directory.resolve("broker.log"),
            FaultBroker.class.getName(),
            List.of(directory.resolve("broker").toString(), Integer.toString(brokerPort)));
    broker.start();
    this.registry = startRegistry(0);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private RegistryProcess startRegistry(int port) {
    Path log = directory.resolve("registry.log");
    return RegistryProcess.start(
        new RegistryProcess.Settings(
            RegistryProcess.Settings.inMemory(log).home(),
            port,
            log,
            directory.resolve("registry")));
  }

  int brokerPort() {
    return brokerPort;
  }

  String bootstrapServers() {
    return "127.0.0.1:" + brokerPort;
  }

  String registryUrl() {
    return registry.url();
  }

  Map<String, Object> client() {
    return Map.of("bootstrap.servers", bootstrapServers());
  }

  void createTopic(String topic, int partitions, Map<String, String> settings) {
    try (Topics topics = new Topics(client())) {
      topics.create(topic, partitions, settings);
    }
  }

  /**
   * @return how many partitions the topic has then
   */
  int addPartition(String topic) throws Exception {
    try (Admin admin = Admin.create(client())) {
      int partitions =
          admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size()
              + 1;
      admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions))).all().get();
      return partitions;
    }
  }

  void killBroker() throws InterruptedException {
    broker.kill();
  }

  void startBroker() throws IOException {
    broker.start();
  }

  void stopRegistry() {
    registry.close();
  }

  void restartRegistry() {
    registry = startRegistry(URI.create(registry.url()).getPort());
  }

  /** Starts one more instance of the application; it finds the broker unless its settings do. */
  JavaProcess startApplication(String name, Map<String, String> settings) throws IOException {
    Map<String, String> all = new TreeMap<>(settings);
    all.putIfAbsent("bootstrap.servers", bootstrapServers());
    all.put("schema.registry.url", registryUrl());
    all.put("state.directory", directory.resolve(name + "-state").toString());
    all.put("http.port", "0");
    Path file = directory.resolve(name + ".properties");
    Files.writeString(
        file,
        all.entrySet().stream()
            .map(setting -> setting.getKey() + "=" + setting.getValue() + "\n")
            .collect(Collectors.joining()));
    JavaProcess application =
        new JavaProcess(
            directory.resolve(name + ".log"),
            Lowtide.class.getName(),
            List.of("stream", "--config", file.toString()));
    application.start();
    applications.add(application);
    return application;
  }

  @Override
  public void close() throws InterruptedException {
    for (JavaProcess application : applications) {
      application.kill();
    }
    registry.close();
    broker.kill();
  }
}
