package io.lowtide.quickstart.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.RegistryUnavailableException;
import io.lowtide.kafka.registry.SchemaNotRegisteredException;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.registry.SchemaRejectedException;
import io.lowtide.kafka.registry.UnknownSchemaException;
import io.lowtide.quickstart.ChildJvm;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 240, unit = TimeUnit.SECONDS)
final class RegistryProcessTest {

  private static final String SUBJECT = "readings-value";
  private static final Schema FIRST =
      SchemaBuilder.record("Reading").fields().requiredDouble("volts").endRecord();
  private static final Schema COMPATIBLE =
      SchemaBuilder.record("Reading")
          .fields()
          .requiredDouble("volts")
          .optionalDouble("amperes")
          .endRecord();
  private static final Schema INCOMPATIBLE =
      SchemaBuilder.record("Reading")
          .fields()
          .requiredDouble("volts")
          .requiredDouble("watts")
          .endRecord();

  @TempDir Path directory;

  @Test
  void shouldHoldSubjectsToBackwardCompatibility() {
    try (RegistryProcess process = RegistryProcess.start(inMemory());
        SchemaRegistry registry = connect(process)) {
      int first = registry.register(SUBJECT, FIRST);
      int second = registry.register(SUBJECT, COMPATIBLE);

      assertThat(second).isNotEqualTo(first);
      assertThat(registry.register(SUBJECT, FIRST)).isEqualTo(first);
      assertThat(registry.id(SUBJECT, COMPATIBLE)).isEqualTo(second);
      assertThat(registry.schema(first)).isEqualTo(FIRST);
      assertThatThrownBy(() -> registry.register(SUBJECT, INCOMPATIBLE))
          .asInstanceOf(type(SchemaRejectedException.class))
          .returns(SUBJECT, SchemaRejectedException::subject)
          .returns(false, SchemaRejectedException::isTransient);
      assertThatThrownBy(() -> registry.id(SUBJECT, INCOMPATIBLE))
          .isInstanceOf(SchemaNotRegisteredException.class);
      assertThatThrownBy(() -> registry.id("nobody-value", FIRST))
          .isInstanceOf(SchemaNotRegisteredException.class);
      assertThatThrownBy(() -> registry.schema(4711))
          .asInstanceOf(type(UnknownSchemaException.class))
          .returns(4711, UnknownSchemaException::id);
    }
  }

  @Test
  void shouldServeAClientAgainThatSawItGoAway() {
    Path home = inMemory().home();
    Path log = inMemory().log();
    Path data = directory.resolve("data");
    RegistryProcess before =
        RegistryProcess.start(new RegistryProcess.Settings(home, 0, log, data));
    int port = URI.create(before.url()).getPort();
    try (SchemaRegistry registry = connect(before)) {
      int first = registry.register(SUBJECT, FIRST);
      before.close();

      assertThat(before.isAlive()).isFalse();
      assertThatThrownBy(() -> registry.register(SUBJECT, COMPATIBLE))
          .asInstanceOf(type(RegistryUnavailableException.class))
          .returns(true, RegistryUnavailableException::isTransient)
          .returns(List.of(before.url()), RegistryUnavailableException::urls);

      try (RegistryProcess after =
          RegistryProcess.start(new RegistryProcess.Settings(home, port, log, data))) {
        assertThat(after.url()).isEqualTo(before.url());
        assertThat(registry.register(SUBJECT, COMPATIBLE)).isNotEqualTo(first);
        try (SchemaRegistry afresh = connect(after)) {
          assertThat(afresh.schema(first)).isEqualTo(FIRST);
        }
      }
    }
  }

  @Test
  void shouldNotOutliveAKilledParent() throws Exception {
    Process parent = ChildJvm.start(Parent.class, inMemory().log().toString());
    List<ProcessHandle> registry;
    try {
      assertThat(parent.inputReader().readLine()).startsWith("http://127.0.0.1:");
      registry = parent.descendants().toList();
      assertThat(registry).isNotEmpty();
    } finally {
      parent.destroyForcibly().waitFor();
    }

    for (ProcessHandle process : registry) {
      assertThat(process.onExit()).succeedsWithin(Duration.ofSeconds(30));
    }
  }

  @Test
  void shouldFindTheRegistryThatTheBuildUnpacked() {
    String home = System.clearProperty(RegistryProcess.HOME_PROPERTY);
    try {
      assertThat(inMemory().home()).isEqualTo(Path.of(home)).isNotEmptyDirectory();
    } finally {
      System.setProperty(RegistryProcess.HOME_PROPERTY, home);
    }
  }

  @Test
  void shouldNameAHomeWithoutARegistry() {
    RegistryProcess.Settings settings =
        new RegistryProcess.Settings(directory, 0, directory.resolve("log"), null);

    assertThatThrownBy(() -> RegistryProcess.start(settings))
        .isInstanceOf(RegistryStartException.class)
        .hasMessageContaining("apicurio-registry-app-*-runner.jar")
        .hasMessageContaining(directory.toString());
  }

  @Test
  void shouldShowTheEndOfTheLogWhenTheProcessEndsEarly() throws Exception {
    Files.writeString(directory.resolve("apicurio-registry-app-0-runner.jar"), "not a jar");
    RegistryProcess.Settings settings =
        new RegistryProcess.Settings(directory, 0, directory.resolve("log"), null);

    assertThatThrownBy(() -> RegistryProcess.start(settings))
        .isInstanceOf(RegistryStartException.class)
        .hasMessageContaining("ended with status 1")
        .hasMessageContaining("Invalid or corrupt jarfile");
  }

  @Test
  void shouldNameThePortThatIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = taken.getLocalPort();
      RegistryProcess.Settings settings =
          new RegistryProcess.Settings(inMemory().home(), port, inMemory().log(), null);

      assertThatThrownBy(() -> RegistryProcess.start(settings))
          .isInstanceOf(RegistryStartException.class)
          .hasMessageContaining("port " + port);
    }
  }

  /** The parent of a registry in a JVM of its own, to be killed. */
  static final class Parent {
    public static void main(String[] arguments) throws Exception {
      RegistryProcess registry =
          RegistryProcess.start(RegistryProcess.Settings.inMemory(Path.of(arguments[0])));
      System.out.println(registry.url());
      Thread.currentThread().join();
    }
  }

  private RegistryProcess.Settings inMemory() {
    return RegistryProcess.Settings.inMemory(directory.resolve("registry.log"));
  }

  private static SchemaRegistry connect(RegistryProcess process) {
    return ConfluentSchemaRegistry.connect(Map.of("schema.registry.url", process.url()));
  }
}
