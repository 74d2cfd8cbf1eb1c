package io.lowtide.stream;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import io.lowtide.cli.Lowtide;
import io.lowtide.cli.models.PublishCommand;
import io.lowtide.density.TestBundles;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.kafka.settings.SettingsSources;
import io.lowtide.stream.command.StreamCommand;
import io.lowtide.stream.config.StreamSettings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Whatever stands in a secret's place, well formed or not, appears in no output: not in what a
 * command prints, not in the log, not in an exception or its causes, not in the readiness.
 */
class SecretsNowhereTest {

  private static final String SECRET = "hunter2-s3cr3t";
  private static final Duration SHORT = Duration.ofMillis(300);

  @TempDir private Path directory;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream errors = System.err;

  /** The log as the command line writes it. */
  @BeforeEach
  void logAsTheCommandLineDoes() throws Exception {
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    configureLog("/logback.xml");
  }

  @AfterEach
  void restore() throws Exception {
    System.setErr(errors);
    configureLog("/logback-test.xml");
  }

  private static void configureLog(String resource) throws Exception {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(SecretsNowhereTest.class.getResource(resource));
  }

  static Stream<Arguments> settings() {
    String module = "org.apache.kafka.common.security.plain.PlainLoginModule";
    return Stream.concat(
        secretsOfKafka(),
        Stream.of(
            setting("schema.registry.url", "http://user:" + SECRET + "@127.0.0.1:1"),
            setting("schema.registry.url", "user:" + SECRET + "@127.0.0.1:1"),
            setting("schema.registry.url", "htp://user:" + SECRET + "@127.0.0.1:1"),
            setting("schema.registry.url", "http://user:" + SECRET),
            setting("schema.registry.url", "http://user:" + SECRET + "@"),
            setting(
                "schema.registry.url", "http://u:" + SECRET + "@a:1,http://v:" + SECRET + "@b:1"),
            setting("schema.registry.url", "http://127.0.0.1:1?apikey=" + SECRET),
            setting("schema.registry.url", "http://user: " + SECRET + "@127.0.0.1:1"),
            setting("bootstrap.servers", "user:" + SECRET + "@127.0.0.1:1"),
            jaas(module + " required username=\"alice\" password=\"" + SECRET + "\";"),
            jaas(module + " required username=\"alice\" password=\"" + SECRET + ";"),
            jaas(module + " required username=\"alice password=\"" + SECRET + "\";"),
            jaas(module + " required username=alice password=" + SECRET + "\";"),
            jaas(module + " required username=\"alice\" password=\"" + SECRET + "\""),
            jaas(module + " required username=\"alice\" password \"" + SECRET + "\";"),
            jaas(module + " required password=\"" + SECRET + "\" username"),
            jaas(module + " " + SECRET + " password=\"x\";"),
            jaas(SECRET + " required;"),
            jaas("no.such.Module required password=\"" + SECRET + "\";"),
            setting("kafka.ssl.key.password", SECRET, "kafka.security.protocol", "SSL"),
            setting("kafka.ssl.keystore.key", SECRET, "kafka.security.protocol", "SSL"),
            setting(
                "kafka.ssl.keystore.key",
                SECRET,
                "kafka.security.protocol",
                "SSL",
                "kafka.ssl.keystore.type",
                "PEM"),
            setting(
                "kafka.ssl.truststore.certificates",
                SECRET,
                "kafka.security.protocol",
                "SSL",
                "kafka.ssl.truststore.type",
                "PEM"),
            setting("kafka.ssl.keystore.password", SECRET, "kafka.ssl.keystore.location", "/none"),
            setting("kafka.sasl.oauthbearer.client.credentials.client.secret", SECRET),
            setting("kafka.ssl.key.passwrd", SECRET),
            setting("kafka.sasl.jass.config", module + " password=" + SECRET),
            setting("registry.basic.auth.user.info", "user:" + SECRET),
            setting(
                "registry.basic.auth.user.info",
                "user:" + SECRET,
                "registry.basic.auth.credentials.source",
                "USER_INFO"),
            setting(
                "registry.basic.auth.user.info",
                SECRET,
                "registry.basic.auth.credentials.source",
                "USR_INFO"),
            setting(
                "registry.bearer.auth.token",
                SECRET,
                "registry.bearer.auth.credentials.source",
                "STATIC_TOKEN"),
            setting(
                "registry.sasl.jaas.config",
                module + " required password=\"" + SECRET,
                "registry.basic.auth.credentials.source",
                "SASL_INHERIT"),
            setting("registry.schema.registry.ssl.truststore.password", SECRET),
            setting(
                "registry.schema.registry.ssl.keystore.password",
                SECRET,
                "registry.schema.registry.ssl.keystore.location",
                "pom.xml")));
  }

  /** Each setting that Kafka itself takes for a secret, for each of its clients. */
  private static Stream<Arguments> secretsOfKafka() {
    return Stream.of(
            AdminClientConfig.configDef(),
            ConsumerConfig.configDef(),
            ProducerConfig.configDef(),
            StreamsConfig.configDef())
        .flatMap(definition -> definition.configKeys().values().stream())
        .filter(key -> key.type == ConfigDef.Type.PASSWORD)
        .map(key -> key.name)
        .distinct()
        .map(name -> setting("kafka." + name, SECRET, "kafka.security.protocol", "SASL_SSL"));
  }

  private static Arguments jaas(String entry) {
    return setting(
        "kafka.sasl.jaas.config",
        entry,
        "kafka.security.protocol",
        "SASL_PLAINTEXT",
        "kafka.sasl.mechanism",
        "PLAIN");
  }

  private static Arguments setting(String... namesAndValues) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      settings.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return Arguments.of(settings);
  }

  private Map<String, String> with(Map<String, String> more) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("bootstrap.servers", "127.0.0.1:1");
    settings.put("schema.registry.url", "http://127.0.0.1:1");
    settings.put("detector", "press-line");
    settings.put("source.topics", "readings");
    settings.put("http.port", "0");
    settings.put("state.directory", directory.toString());
    settings.put("kafka.request.timeout.ms", "50");
    settings.put("kafka.default.api.timeout.ms", "100");
    settings.putAll(more);
    return settings;
  }

  @ParameterizedTest
  @MethodSource("settings")
  void shouldPrintNoSecretOfAFileTheEnvironmentOrTheCommandLine(Map<String, String> more)
      throws Exception {
    Map<String, String> settings = with(more);
    Map<String, String> environment = new LinkedHashMap<>();
    settings.forEach(
        (name, value) ->
            environment.put("LOWTIDE_" + name.toUpperCase(Locale.ROOT).replace('.', '_'), value));
    Path file = directory.resolve("stream.properties");
    Properties properties = new Properties();
    properties.putAll(settings);
    try (var writer = Files.newBufferedWriter(file)) {
      properties.store(writer, null);
    }

    StringBuilder seen = new StringBuilder();
    seen.append(outcome(SettingsSources.none().withFile(file), false));
    seen.append(outcome(SettingsSources.none().withEnvironment(environment), false));
    seen.append(outcome(SettingsSources.none().with(settings, "command line"), true));
    seen.append(publish(file));
    seen.append(printed.toString(StandardCharsets.UTF_8));

    assertThat(seen.toString()).doesNotContain(SECRET).doesNotContain("s3cr3t");
  }

  /** All that can be seen of settings, and of an application with them. */
  private static String outcome(SettingsSources sources, boolean start) {
    StringBuilder seen = new StringBuilder();
    try {
      StreamSettings settings = StreamSettings.of(sources);
      seen.append(settings).append(settings.connection());
      if (!start) {
        return seen.toString();
      }
      try (StreamApplication application = StreamApplication.start(settings)) {
        application.awaitReady(SHORT);
        seen.append(application.readiness().reason());
        if (application.failure() != null) {
          seen.append(trace(application.failure()));
        }
      }
    } catch (Exception refused) {
      seen.append(trace(refused));
    }
    return seen.toString();
  }

  private static String trace(Throwable fault) {
    StringWriter trace = new StringWriter();
    fault.printStackTrace(new PrintWriter(trace, true));
    return trace.toString();
  }

  /** What another command that connects prints. */
  private String publish(Path settings) throws Exception {
    Path model = directory.resolve("model.avro");
    BundleFiles.write(model, TestBundles.bundle());
    return run(new PublishCommand(), "--config", settings.toString(), model.toString());
  }

  private static String run(Object command, String... arguments) {
    StringWriter output = new StringWriter();
    Lowtide.commandLine(command)
        .setErr(new PrintWriter(output, true))
        .setOut(new PrintWriter(output, true))
        .execute(arguments);
    return output.toString();
  }

  @ParameterizedTest
  @MethodSource("malformedArguments")
  void shouldPrintNoSecretOfAMalformedCommandLine(String first, String second) {
    String told = run(new StreamCommand(), first, second);

    assertThat(told).isNotEmpty();
    assertThat(told + printed.toString(StandardCharsets.UTF_8)).doesNotContain("s3cr3t");
  }

  static Stream<Arguments> malformedArguments() {
    return Stream.of(
        Arguments.of("--set", "kafka.ssl.key.password:" + SECRET),
        Arguments.of("--set=kafka.ssl.key.password", SECRET),
        Arguments.of("--sett", "kafka.ssl.key.password=" + SECRET),
        Arguments.of("--registry-uri", "http://user:" + SECRET + "@host"),
        Arguments.of(
            "--set", "kafka.sasl.jaas.config=a.Module required password=\"" + SECRET + ";"),
        Arguments.of("--set", "kafka.sasl.jaas.config='a.Module required password=\"" + SECRET),
        Arguments.of("--set", "schema.registry.url=user:" + SECRET + "@host"),
        Arguments.of("--password", SECRET));
  }
}
