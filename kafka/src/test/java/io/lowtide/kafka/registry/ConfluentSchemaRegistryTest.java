package io.lowtide.kafka.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Against a server whose answers the test chooses. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class ConfluentSchemaRegistryTest {

  private static final Schema READING =
      SchemaBuilder.record("Reading").fields().requiredDouble("volts").endRecord();
  private static final String READING_BY_ID =
      "{\"schema\": \"" + READING.toString().replace("\"", "\\\"") + "\"}";
  private static final String POSITION_BY_ID =
      """
      {"schema": "{\\"type\\": \\"record\\", \\"name\\": \\"Position\\", \\"fields\\":
        [{\\"name\\": \\"reading\\", \\"type\\": \\"Reading\\"}]}",
       "references": [{"name": "Reading", "subject": "reading", "version": 1}]}
      """
          .replace("\n", " ");
  private static final String REFERENCE_PATH = "/subjects/reading/versions/1";
  private static final String REFERENCE =
      READING_BY_ID.replaceFirst("\\{", "{\"subject\": \"reading\", \"version\": 1, \"id\": 2, ");

  private final ExecutorService serverThreads = Executors.newCachedThreadPool();
  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private final CountDownLatch testOver = new CountDownLatch(1);
  private HttpServer server;
  private String url;
  private volatile int status = 200;
  private volatile String body = READING_BY_ID;
  private volatile int statusOfReferences = 200;
  private volatile String reference = REFERENCE;
  private volatile boolean silent;

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(serverThreads);
    server.createContext(
        "/",
        exchange -> {
          authorizations.add(
              String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
          if (silent) {
            awaitTheEnd();
          }
          boolean referred = exchange.getRequestURI().getPath().startsWith(REFERENCE_PATH);
          byte[] answer = (referred ? reference : body).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(referred ? statusOfReferences : status, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    url = "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void awaitTheEnd() {
    try {
      testOver.await();
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
    }
  }

  @AfterEach
  void stopServer() {
    testOver.countDown();
    server.stop(0);
    serverThreads.shutdownNow();
  }

  @Test
  void shouldFetchASchemaOnce() {
    try (SchemaRegistry registry = connect(Map.of())) {
      Schema first = registry.schema(1);

      assertThat(first).isEqualTo(READING);
      assertThat(registry.schema(1)).isSameAs(first);
      assertThat(authorizations).hasSize(1);
    }
  }

  @Test
  void shouldRegisterASchemaOnce() {
    body = "{\"id\": 12}";
    try (SchemaRegistry registry = connect(Map.of())) {
      assertThat(registry.register("readings-value", READING)).isEqualTo(12);
      assertThat(registry.register("readings-value", READING)).isEqualTo(12);
      assertThat(authorizations).hasSize(1);
    }
  }

  @Test
  void shouldNotRememberAFailure() {
    try (SchemaRegistry registry = connect(Map.of())) {
      answer(404, "{\"error_code\": 40403, \"message\": \"Schema not found\"}");
      assertThatThrownBy(() -> registry.schema(1)).isInstanceOf(UnknownSchemaException.class);

      answer(200, READING_BY_ID);
      assertThat(registry.schema(1)).isEqualTo(READING);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void shouldTellRefusedAccess(int refused) {
    answer(refused, "{\"error_code\": " + refused + ", \"message\": \"no\"}");
    try (SchemaRegistry registry = connect(Map.of())) {
      assertThatThrownBy(() -> registry.schema(1))
          .asInstanceOf(type(RegistryAccessException.class))
          .returns(refused, RegistryAccessException::status)
          .returns(List.of(url), RegistryAccessException::urls);
      assertThatThrownBy(() -> registry.register("readings-value", READING))
          .isInstanceOf(RegistryAccessException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503})
  void shouldTellARegistryInTrouble(int trouble) {
    answer(trouble, "<html>come back later</html>");
    try (SchemaRegistry registry = connect(Map.of())) {
      assertThatThrownBy(() -> registry.schema(1))
          .asInstanceOf(type(RegistryUnavailableException.class))
          .returns(true, RegistryUnavailableException::isTransient);
      assertThatThrownBy(() -> registry.register("readings-value", READING))
          .isInstanceOf(RegistryUnavailableException.class);
      assertThatThrownBy(() -> registry.id("readings-value", READING))
          .isInstanceOf(RegistryUnavailableException.class);
    }
  }

  @Test
  void shouldNotTakeAnotherServersNotFoundForAnUnknownSchema() {
    answer(404, "<html>nothing here</html>");
    try (SchemaRegistry registry = connect(Map.of())) {
      assertThatThrownBy(() -> registry.schema(1)).isInstanceOf(RegistryUnavailableException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {409, 422})
  void shouldGiveTheRegistrysReasonForARejection(int rejected) {
    answer(rejected, "{\"error_code\": " + rejected + ", \"message\": \"volts went missing\"}");
    try (SchemaRegistry registry = connect(Map.of())) {
      assertThatThrownBy(() -> registry.register("readings-value", READING))
          .asInstanceOf(type(SchemaRejectedException.class))
          .returns("readings-value", SchemaRejectedException::subject)
          .returns(false, SchemaRejectedException::isTransient)
          .satisfies(e -> assertThat(e.reason()).contains("volts went missing"));
    }
  }

  @Test
  void shouldTreatASchemaOfAnotherTypeAsUnknown() {
    answer(200, "{\"schemaType\": \"PROTOBUF\", \"schema\": \"syntax = 'proto3';\"}");
    try (SchemaRegistry registry = connect(Map.of())) {
      assertThatThrownBy(() -> registry.schema(1)).isInstanceOf(UnknownSchemaException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "null", "[]", "", "{\"schema\": null}", "<html>hello</html>"})
  void shouldRecoverFromAnAnswerWithoutASchema(String answer) {
    answer(200, answer);
    try (SchemaRegistry registry = connect(Map.of())) {
      assertThatThrownBy(() -> registry.schema(1)).isInstanceOf(RegistryUnavailableException.class);

      answer(200, READING_BY_ID);
      assertThat(registry.schema(1)).isEqualTo(READING);
    }
  }

  @Test
  void shouldTreatAnUnreadableSchemaAsUnknown() {
    answer(200, "{\"schema\": \"{\\\"type\\\": \\\"nonsense\\\"}\"}");
    try (SchemaRegistry registry = connect(Map.of())) {
      assertThatThrownBy(() -> registry.schema(1)).isInstanceOf(UnknownSchemaException.class);
    }
  }

  @Test
  void shouldReadASchemaThatRefersToAnother() {
    answer(200, POSITION_BY_ID);
    try (SchemaRegistry registry = connect(Map.of())) {
      assertThat(registry.schema(1).getField("reading").schema()).isEqualTo(READING);
    }
  }

  @Test
  void shouldTellAFaultWithAReferenceFromAnUnknownSchema() {
    answer(200, POSITION_BY_ID);
    try (SchemaRegistry registry = connect(Map.of())) {
      answerReferences(503, "{\"error_code\": 50301, \"message\": \"no\"}");
      assertThatThrownBy(() -> registry.schema(1)).isInstanceOf(RegistryUnavailableException.class);
      answerReferences(401, "{\"error_code\": 40101, \"message\": \"no\"}");
      assertThatThrownBy(() -> registry.schema(1)).isInstanceOf(RegistryAccessException.class);
      answerReferences(404, "{\"error_code\": 40402, \"message\": \"no\"}");
      assertThatThrownBy(() -> registry.schema(1)).isInstanceOf(UnknownSchemaException.class);
      answerReferences(200, REFERENCE);
      assertThat(registry.schema(1).getName()).isEqualTo("Position");
    }
  }

  @Test
  void shouldRejectASchemaWithANameThatAvroForbids() {
    Schema misnamed =
        new Schema.Parser(NameValidator.NO_VALIDATION)
            .parse("{\"type\": \"record\", \"name\": \"my-reading\", \"fields\": []}");
    try (SchemaRegistry registry = connect(Map.of())) {
      assertThatThrownBy(() -> registry.register("readings-value", misnamed))
          .isInstanceOf(SchemaRejectedException.class)
          .hasMessageContaining("my-reading");
    }
    assertThat(authorizations).isEmpty();
  }

  @Test
  void shouldGiveUpOnASilentServer() {
    silent = true;
    try (SchemaRegistry registry = connect(Map.of("http.read.timeout.ms", "200"))) {
      assertThatThrownBy(() -> registry.schema(1)).isInstanceOf(RegistryUnavailableException.class);
    }
  }

  @Test
  void shouldTryTheNextUrlWhenOneIsAway() throws IOException {
    HttpServer gone = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    String dead = "http://127.0.0.1:" + gone.getAddress().getPort();
    gone.start();
    gone.stop(0);
    try (SchemaRegistry registry =
        ConfluentSchemaRegistry.connect(Map.of("schema.registry.url", dead + ", " + url))) {
      assertThat(registry.schema(1)).isEqualTo(READING);
    }
  }

  @Test
  void shouldPassBasicAuthenticationThrough() {
    Map<String, String> settings =
        Map.of(
            "basic.auth.credentials.source",
            "USER_INFO",
            "basic.auth.user.info",
            "alice:opensesame");
    try (SchemaRegistry registry = connect(settings)) {
      registry.schema(1);
    }
    assertThat(authorizations).containsExactly(basic("alice:opensesame"));
  }

  @Test
  void shouldPassABearerTokenThrough() {
    Map<String, String> settings =
        Map.of("bearer.auth.credentials.source", "STATIC_TOKEN", "bearer.auth.token", "opensesame");
    try (SchemaRegistry registry = connect(settings)) {
      registry.schema(1);
    }
    assertThat(authorizations).containsExactly("Bearer opensesame");
  }

  @Test
  void shouldUseCredentialsInTheUrlAndNeverShowThem() {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Level before = root.getLevel();
    log.start();
    root.addAppender(log);
    root.setLevel(Level.TRACE);
    answer(503, "{\"error_code\": 503, \"message\": \"away\"}");
    String withCredentials = url.replace("http://", "http://alice:opensesame@");
    try (SchemaRegistry registry =
        ConfluentSchemaRegistry.connect(Map.of("schema.registry.url", withCredentials))) {
      RegistryUnavailableException away =
          catchThrowableOfType(RegistryUnavailableException.class, () -> registry.schema(1));
      stopServer();
      RegistryUnavailableException refused =
          catchThrowableOfType(RegistryUnavailableException.class, () -> registry.schema(1));

      assertThat(authorizations).containsOnly(basic("alice:opensesame"));
      assertThat(away.urls()).containsExactly(url);
      assertThat(away).hasMessageContaining(url);
      assertThat(away.getMessage()).doesNotContain("opensesame");
      assertThat(refused).hasStackTraceContaining(url);
      assertThat(stackTrace(refused)).doesNotContain("opensesame");
      assertThat(registry.toString()).contains(url).doesNotContain("opensesame");
    } finally {
      root.detachAppender(log);
      root.setLevel(before);
    }
    assertThat(log.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .isNotEmpty()
        .noneMatch(line -> line.contains("opensesame"));
  }

  @Test
  void shouldNameTheMissingSetting() {
    assertThatThrownBy(() -> ConfluentSchemaRegistry.connect(Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("schema.registry.url is missing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:8081",
        "ftp://alice:opensesame@host",
        "http://alice:open sesame@host",
        "http://alice:open/sesame@host",
        "http://"
      })
  void shouldRefuseWhatIsNotAUrlWithoutShowingCredentials(String wrong) {
    assertThatThrownBy(() -> ConfluentSchemaRegistry.connect(Map.of("schema.registry.url", wrong)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("not a registry URL")
        .message()
        .doesNotContain("sesame");
  }

  private SchemaRegistry connect(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("schema.registry.url", url);
    return ConfluentSchemaRegistry.connect(settings);
  }

  private void answer(int status, String body) {
    this.status = status;
    this.body = body;
  }

  private void answerReferences(int status, String body) {
    statusOfReferences = status;
    reference = body;
  }

  private static String basic(String userInfo) {
    return "Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.UTF_8));
  }

  private static String stackTrace(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
