package io.lowtide.stream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.kafka.serde.AvroSerde;
import io.lowtide.kafka.settings.SettingsException;
import io.lowtide.kafka.settings.SettingsSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamSettingsTest {

  private static final Map<String, String> REQUIRED =
      Map.of(
          "bootstrap.servers", "localhost:9092",
          "schema.registry.url", "http://localhost:8081",
          "detector", "press-line",
          "source.topics", "readings");

  private static Map<String, String> with(String name, String value) {
    Map<String, String> settings = new HashMap<>(REQUIRED);
    settings.put(name, value);
    return settings;
  }

  @Test
  void shouldHaveDefaultsForAllButFourSettings() {
    StreamSettings settings = StreamSettings.of(REQUIRED);

    assertThat(settings.sourceTopics()).containsExactly("readings");
    assertThat(settings.applicationId()).isEqualTo("lowtide-press-line");
    assertThat(settings.alertsTopic()).isEqualTo("lowtide.alerts");
    assertThat(settings.outputTopics()).doesNotContainKey(OutputTopic.SCORES);
    assertThat(settings.deadLetterTopic()).isEqualTo("lowtide.dead-letters");
    assertThat(settings.modelsTopic()).isEqualTo("lowtide.models");
    assertThat(settings.alertBudget()).isEmpty();
    assertThat(settings.suppressionWindow()).isEqualTo(Duration.ofMinutes(5));
    assertThat(settings.sourceValueSerde()).isEqualTo(AvroSerde.class);
    assertThat(settings.httpAddress().getHostString()).isEqualTo("127.0.0.1");
    assertThat(settings.streamsProperties())
        .containsEntry(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2)
        .containsEntry(StreamsConfig.APPLICATION_ID_CONFIG, "lowtide-press-line");
  }

  @Test
  void shouldWaitForACommitUntilItIsDecidedUnlessToldOtherwise() {
    StreamSettings settings = StreamSettings.of(with("threads", "1"));
    assertThat(settings.streamsProperties()).containsEntry("producer.max.block.ms", 86_400_000L);
    assertThat(settings.shortCommitLimit()).isEmpty();

    StreamSettings impatient = StreamSettings.of(with("kafka.max.block.ms", "60000"));
    assertThat(impatient.streamsProperties()).doesNotContainKey("producer.max.block.ms");
    assertThat(impatient.shortCommitLimit()).contains(Duration.ofMinutes(1));
  }

  @Test
  void shouldSendLargerBatchesThanKafkaUnlessToldOtherwise() {
    assertThat(StreamSettings.of(REQUIRED).streamsProperties())
        .containsEntry("producer.batch.size", 131_072);
    assertThat(StreamSettings.of(with("kafka.batch.size", "1")).streamsProperties())
        .containsEntry("batch.size", "1")
        .doesNotContainKey("producer.batch.size");
    assertThat(StreamSettings.of(with("kafka.producer.batch.size", "2")).streamsProperties())
        .containsEntry("producer.batch.size", "2");
    assertThat(StreamSettings.of(with("kafka.buffer.memory", "65536")).streamsProperties())
        .as("no larger than the whole buffer")
        .containsEntry("producer.batch.size", 65_536);
  }

  @Test
  void shouldCompressWhatItSendsUnlessToldOtherwise() {
    assertThat(StreamSettings.of(REQUIRED).streamsProperties())
        .containsEntry("producer.compression.type", "lz4");
    assertThat(StreamSettings.of(with("kafka.compression.type", "none")).streamsProperties())
        .containsEntry("compression.type", "none")
        .doesNotContainKey("producer.compression.type");
    assertThat(
            StreamSettings.of(with("kafka.producer.compression.type", "zstd")).streamsProperties())
        .containsEntry("producer.compression.type", "zstd");
  }

  @Test
  void shouldRefuseAFieldOfGroupsThatCannotBeOne() {
    assertThat(StreamSettings.of(with("drift.group.field", " place.site ")).drift().groupField())
        .hasValue("place.site");
    assertThatThrownBy(() -> StreamSettings.of(with("drift.group.field", "place..site")))
        .hasMessageContaining("place..site")
        .hasMessageContaining("expected a field, or empty");
  }

  @Test
  void shouldRefuseACalibrationWindowThatIsTooSmallForTheBudget() {
    Map<String, String> settings = with("alert.budget", "0.001");
    settings.put("calibration.window", "998");
    assertThatThrownBy(() -> StreamSettings.of(settings))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("calibration.window: ")
        .hasMessageContaining("it needs at least 999 of them");
    settings.put("calibration.window", "999");
    assertThat(StreamSettings.of(settings).calibrationWindow()).isEqualTo(999);
    settings.put("calibration.window", "0");
    assertThat(StreamSettings.of(settings).calibrationWindow()).isZero();
  }

  @Test
  void shouldServeThePageOnLoopbackUnlessToldOtherwise() {
    PageSettings page = StreamSettings.of(REQUIRED).page();
    assertThat(page.isServed(true)).isTrue();
    assertThat(page.isServed(false)).isFalse();
    assertThat(page.hosts()).isEmpty();
    assertThat(StreamSettings.of(with("page", "always")).page().isServed(false)).isTrue();
    assertThat(StreamSettings.of(with("page", "never")).page().isServed(true)).isFalse();
    assertThatThrownBy(() -> StreamSettings.of(with("page", "on")))
        .hasMessageContaining("page")
        .hasMessageContaining("loopback, always, never");
    assertThat(StreamSettings.of(with("page.hosts", "watch.example, [::1]")).page().hosts())
        .containsExactly("watch.example", "[::1]");
    assertThatThrownBy(() -> StreamSettings.of(with("page.hosts", "http://watch.example:80")))
        .hasMessageContaining("page.hosts")
        .hasMessageContaining("host names without ports");
    assertThatThrownBy(() -> StreamSettings.of(with("page.connections", "0")))
        .hasMessageContaining("page.connections");
  }

  @Test
  void shouldTakeTheBudgetFromARateOfAlerts() {
    Map<String, String> settings = with("alerts.per.hour", "2");
    settings.put("records.per.hour", "36000");
    assertThat(StreamSettings.of(settings).alertBudget()).hasValue(2.0 / 36_000);

    settings.put("alert.budget", "0.01");
    assertThatThrownBy(() -> StreamSettings.of(settings))
        .hasMessageContaining(
            "alerts.per.hour: 2.0 beside alert.budget 0.01; expected one of the two");
    assertThatThrownBy(() -> StreamSettings.of(with("alerts.per.hour", "2")))
        .hasMessageContaining(
            "alerts.per.hour: 2.0 with records.per.hour null; expected both or none");
    Map<String, String> everyRecord = with("alerts.per.hour", "50");
    everyRecord.put("records.per.hour", "50");
    assertThatThrownBy(() -> StreamSettings.of(everyRecord))
        .hasMessageContaining("expected less than records.per.hour, which is 50.0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "processing.exception.handler",
        "production.exception.handler",
        "deserialization.exception.handler",
        "default.production.exception.handler",
        "default.deserialization.exception.handler"
      })
  void shouldRefuseAHandlerThatCouldDropRecords(String handler) {
    assertThatThrownBy(() -> StreamSettings.of(with("kafka." + handler, "any.Handler")))
        .hasMessage(
            "kafka."
                + handler
                + " (settings): not to be set; this application handles every fault itself, so that"
                + " no record is lost");
  }

  @Test
  void shouldPassKafkaSettingsOnUnchanged() {
    Map<String, String> settings = new HashMap<>(REQUIRED);
    settings.put("kafka.security.protocol", "SASL_SSL");
    settings.put("kafka.sasl.jaas.config", "module required password=\"p w\";");
    settings.put("kafka.producer.linger.ms", "7");
    settings.put("kafka.processing.guarantee", "at_least_once");

    assertThat(StreamSettings.of(settings).streamsProperties())
        .containsEntry("security.protocol", "SASL_SSL")
        .containsEntry("sasl.jaas.config", "module required password=\"p w\";")
        .containsEntry("producer.linger.ms", "7")
        .containsEntry("processing.guarantee", "at_least_once")
        .containsEntry("bootstrap.servers", "localhost:9092");
  }

  @Test
  void shouldPassRegistrySettingsOnUnchanged() {
    StreamSettings settings =
        StreamSettings.of(with("registry.basic.auth.user.info", "user:secret"));

    assertThat(settings.connection().registry())
        .containsEntry("basic.auth.user.info", "user:secret")
        .containsEntry("schema.registry.url", "http://localhost:8081");
  }

  @Test
  void shouldNeverPrintPasswords() {
    Map<String, String> settings =
        new HashMap<>(with("registry.basic.auth.user.info", "user:secret"));
    settings.put("kafka.ssl.keystore.password", "secret");
    settings.put("schema.registry.url", "http://user:secret@localhost:8081");

    StreamSettings checked = StreamSettings.of(settings);

    assertThat(checked.toString()).doesNotContain("secret").contains("press-line");
    assertThat(checked.connection().toString()).doesNotContain("secret");
  }

  @ParameterizedTest
  @CsvSource({
    "alert.topic, alerts.topic",
    "supression.window, suppression.window",
    "httpport, http.port",
    "kafak.security.protocol, kafka.security.protocol",
    "registy.basic.auth.user.info, registry.basic.auth.user.info",
    "source.topic, source.topics"
  })
  void shouldSuggestTheNearestNameForAMisspeltOne(String misspelt, String meant) {
    assertThatThrownBy(() -> StreamSettings.of(with(misspelt, "x")))
        .isInstanceOf(SettingsException.class)
        .hasMessage(misspelt + " (settings): no such setting; did you mean " + meant + "?");
  }

  @Test
  void shouldNameTheFileOfAMisspeltSetting(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("stream.properties"), "alert.budgt=0.1\n");
    SettingsSources sources = SettingsSources.none().with(REQUIRED, "defaults").withFile(file);

    assertThatThrownBy(() -> StreamSettings.of(sources))
        .hasMessage("alert.budgt (" + file + "): no such setting; did you mean alert.budget?");
  }

  @Test
  void shouldNameTheVariableOfAMisspeltSetting() {
    SettingsSources sources =
        SettingsSources.none()
            .with(REQUIRED, "defaults")
            .withEnvironment(Map.of("LOWTIDE_ALERTS_TOPICS", "x"));

    assertThatThrownBy(() -> StreamSettings.of(sources))
        .hasMessage(
            "LOWTIDE_ALERTS_TOPICS (environment): no such setting; did you mean"
                + " LOWTIDE_ALERTS_TOPIC?");
  }

  @Test
  void shouldLetTheEnvironmentGoBeforeTheFileAndTheCommandLineBeforeBoth(@TempDir Path directory)
      throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("stream.properties"),
            "detector=press-line\nsource.topics=a,b\nalerts.topic=file\nthreads=2\nhttp.port=1\n");
    StreamSettings settings =
        StreamSettings.of(
            SettingsSources.none()
                .withFile(file)
                .withEnvironment(
                    Map.of(
                        "LOWTIDE_BOOTSTRAP_SERVERS", "broker:9092",
                        "LOWTIDE_SCHEMA_REGISTRY_URL", "http://registry:8081",
                        "LOWTIDE_KAFKA_SECURITY_PROTOCOL", "SSL",
                        "LOWTIDE_ALERTS_TOPIC", "environment",
                        "LOWTIDE_HTTP_PORT", "2",
                        "PATH", "/bin"))
                .with(Map.of("http.port", "3"), "command line"));

    assertThat(settings.sourceTopics()).containsExactly("a", "b");
    assertThat(settings.alertsTopic()).isEqualTo("environment");
    assertThat(settings.httpAddress().getPort()).isEqualTo(3);
    assertThat(settings.streamsProperties())
        .containsEntry("security.protocol", "SSL")
        .containsEntry("num.stream.threads", 2);
  }

  @Test
  void shouldIgnoreVariablesOfTheLauncherAndOfKubernetes() {
    SettingsSources sources =
        SettingsSources.none()
            .with(REQUIRED, "defaults")
            .withEnvironment(
                Map.of(
                    "LOWTIDE_JAVA_OPTIONS", "-Xmx1g",
                    "LOWTIDE_STREAM_SERVICE_HOST", "10.0.0.1",
                    "LOWTIDE_STREAM_PORT", "tcp://10.0.0.1:8080",
                    "LOWTIDE_STREAM_PORT_8080_TCP_ADDR", "10.0.0.1"));

    assertThat(StreamSettings.of(sources).detector()).isEqualTo("press-line");
  }

  @ParameterizedTest
  @CsvSource({
    "alert.budget, 2, between 0 and 1",
    "alert.budget, much, number",
    "suppression.window, 5m, ISO-8601 duration",
    "suppression.window, PT-5M, from PT0S to P36500D",
    "history.retention, PT1000000000000000S, from PT1S to P36500D",
    "retry.backoff, PT9999999999999999999S, from PT0.001S to P36500D",
    "http.port, 70000, no more than 65535",
    "http.port, eighty, 'of type INT'",
    "threads, 0, at least 1",
    "alerts.topic, a b, a topic name",
    "source.topics, '', topic names",
    "detector, 'a/b', letters",
    "source.value.serde, no.such.Class, could not be found",
    "source.value.serde, java.lang.String, a class that implements Serde",
    "source.value.serde, org.apache.kafka.common.serialization.Serde, a public constructor",
    "source.value.serde, org.apache.kafka.common.serialization.Serdes$WrapperSerde, a public constructor"
  })
  void shouldNameTheSettingItsValueAndWhatWasExpected(
      String name, String value, String expectation) {
    assertThatThrownBy(() -> StreamSettings.of(with(name, value)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(value)
        .hasMessageContaining(expectation);
  }

  @Test
  void shouldListEveryProblemAtOnce() {
    assertThatThrownBy(() -> StreamSettings.of(Map.of("http.port", "-1", "detektor", "x")))
        .isInstanceOfSatisfying(
            SettingsException.class, e -> assertThat(e.problems()).hasSizeGreaterThanOrEqualTo(5))
        .hasMessageContaining("did you mean detector")
        .hasMessageContaining("bootstrap.servers")
        .hasMessageContaining("http.port");
  }

  @Test
  void shouldRefuseAnApplicationIdThatLeavesNoRoomForTheNamesOfInternalTopics() {
    assertThat(StreamSettings.of(with("application.id", "a".repeat(227))).applicationId())
        .hasSize(227);
    assertThatThrownBy(() -> StreamSettings.of(with("application.id", "a".repeat(228))))
        .hasMessageStartingWith("application.id: aaa")
        .hasMessageContaining(" has 228 letters; expected at most 227");
    // The detector's name is part of it unless it is set.
    assertThatThrownBy(() -> StreamSettings.of(with("detector", "d".repeat(220))))
        .hasMessageStartingWith("application.id: lowtide-ddd");
  }

  @Test
  void shouldRefuseATopicWithTwoUses() {
    assertThatThrownBy(() -> StreamSettings.of(with("alerts.topic", "readings")))
        .hasMessage("alerts.topic: readings is also source.topics; expected another topic");
    assertThatThrownBy(() -> StreamSettings.of(with("scores.topic", "lowtide.alerts")))
        .hasMessage("scores.topic: lowtide.alerts is also alerts.topic; expected another topic");
    assertThatThrownBy(() -> StreamSettings.of(with("models.topic", "lowtide.dead-letters")))
        .hasMessage(
            "models.topic: lowtide.dead-letters is also dead.letter.topic; expected another topic");
  }

  @Test
  void shouldListTheOutputTopicsInForce() {
    assertThat(StreamSettings.of(with("scores.topic", "scores")).outputTopics())
        .isEqualTo(
            Map.of(
                OutputTopic.ALERTS, "lowtide.alerts",
                OutputTopic.EPISODES, "lowtide.episodes",
                OutputTopic.DRIFT, "lowtide.drift",
                OutputTopic.DEAD_LETTERS, "lowtide.dead-letters",
                OutputTopic.SCORES, "scores"));
    Map<String, String> least = with("episodes.topic", "");
    least.put("drift.topic", "");
    assertThat(StreamSettings.of(least).outputTopics())
        .containsOnlyKeys(OutputTopic.ALERTS, OutputTopic.DEAD_LETTERS);
  }

  @Test
  void shouldNameAllOutputTopicsByAPrefix() {
    Map<String, String> settings = new HashMap<>(REQUIRED);
    settings.putAll(OutputTopic.named("east."));
    assertThat(StreamSettings.of(settings).outputTopics())
        .isEqualTo(
            Map.of(
                OutputTopic.ALERTS, "east.alerts",
                OutputTopic.EPISODES, "east.episodes",
                OutputTopic.DRIFT, "east.drift",
                OutputTopic.DEAD_LETTERS, "east.dead-letters",
                OutputTopic.SCORES, "east.scores"));
  }

  @Test
  void shouldRefuseARetryLimitBeyondTheTransactionTimeout() {
    assertThatThrownBy(() -> StreamSettings.of(with("retry.limit", "PT10S")))
        .hasMessage("retry.limit: PT10S, expected less than transaction.timeout.ms, PT10S");
    Map<String, String> longer = with("retry.limit", "PT10S");
    longer.put("kafka.transaction.timeout.ms", "60000");
    assertThat(StreamSettings.of(longer).retry().limit()).isEqualTo(Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @CsvSource({
    "kafka.lingr.ms, kafka.linger.ms",
    "kafka.producer.fetch.min.bytes, kafka.producer.batch.size",
    "kafka.main.consumer.max.poll.record, kafka.main.consumer.max.poll.records",
    "kafka.restore.consumer.max.poll.record, kafka.restore.consumer.max.poll.records",
    "kafka.admin.retrys, kafka.admin.retries"
  })
  void shouldTellOfASettingThatNoClientOfKafkaHas(String unknown, String nearest) {
    assertThat(StreamSettings.of(with(unknown, "1")).unknownToKafka())
        .containsExactly(Map.entry(unknown, nearest));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kafka.linger.ms",
        "kafka.max.poll.records",
        "kafka.commit.interval.ms",
        "kafka.default.api.timeout.ms",
        "kafka.producer.linger.ms",
        "kafka.consumer.max.poll.records",
        "kafka.main.consumer.group.instance.id",
        "kafka.global.consumer.fetch.min.bytes",
        "kafka.admin.retries",
        "kafka.producer.ssl.truststore.type",
        "kafka.topic.segment.bytes",
        "kafka.client.tag.zone",
        "kafka.metrics.context.cluster",
        "kafka.config.providers",
        "kafka.producer.config.providers.vault.param.x"
      })
  void shouldKnowTheSettingsOfEveryClientOfKafka(String name) {
    assertThat(StreamSettings.of(with(name, "1")).unknownToKafka()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          source.topics  | [__consumer_offsets] | topic names, separated by commas, none of Kafka's own
          alerts.topic   | __consumer_offsets   | a topic name, none of Kafka's own
          episodes.topic | __consumer_offsets   | a topic name, none of Kafka's own, or empty
          models.topic   | __consumer_offsets   | a topic name, none of Kafka's own
          """)
  void shouldRefuseATopicThatIsKafkasOwn(String setting, String value, String expected) {
    assertThatThrownBy(() -> StreamSettings.of(with(setting, "__consumer_offsets")))
        .isInstanceOf(SettingsException.class)
        .hasMessage(
            "%s (settings): Invalid value %s for configuration %s: expected %s",
            setting, value, setting, expected);
  }

  @Test
  void shouldRefuseAFirstWaitThatIsLongerThanTheLongest() {
    assertThatThrownBy(() -> StreamSettings.of(with("retry.backoff", "PT5S")))
        .isInstanceOf(SettingsException.class)
        .hasMessage("retry.backoff: PT5S, expected at most retry.backoff.maximum, PT2S");
    Map<String, String> longer = with("retry.backoff", "PT5S");
    longer.put("retry.backoff.maximum", "PT5S");
    assertThat(StreamSettings.of(longer).retry().initialBackoff()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void shouldRefuseASettingThatPassesThroughButHasANameOfItsOwn() {
    assertThatThrownBy(() -> StreamSettings.of(with("kafka.num.stream.threads", "2")))
        .hasMessageContaining("use threads");
    assertThatThrownBy(() -> StreamSettings.of(with("registry.schema.registry.url", "x")))
        .hasMessageContaining("use schema.registry.url");
  }

  @Test
  void shouldRefuseAnInvalidKafkaSettingAtTheStart() {
    assertThatThrownBy(() -> StreamSettings.of(with("kafka.processing.guarantee", "maybe")))
        .isInstanceOf(SettingsException.class)
        .hasCauseInstanceOf(ConfigException.class)
        .hasMessageContaining("processing.guarantee");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kafka.group.instance.id",
        "kafka.consumer.group.instance.id",
        "kafka.main.consumer.group.instance.id"
      })
  void shouldLeaveTheNameOfTheInstanceToWhoeverGivesOne(String setting) {
    assertThat(StreamSettings.of(REQUIRED).namesInstance()).isTrue();
    assertThat(StreamSettings.of(with(setting, "east-1")).namesInstance()).isFalse();
  }

  @Test
  void shouldNotNameTheInstanceUnderTheStreamsGroupProtocolWhichKnowsNoNames() {
    assertThat(StreamSettings.of(with("kafka.group.protocol", "streams")).namesInstance())
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "kafka.max.request.size, 1 MB",
    "kafka.producer.buffer.memory, 1 MB",
    "kafka.linger.ms, soon",
    "kafka.main.consumer.max.poll.records, 0",
    "kafka.consumer.auto.offset.reset, first",
    "kafka.admin.retries, -1",
    "kafka.transaction.timeout.ms, ten",
    "kafka.max.request.size, ${env:SIZE}",
    "kafka.producer.transaction.timeout.ms, ${env:TIMEOUT}"
  })
  void shouldNameASettingWhoseValueAClientOfKafkaRefuses(String setting, String value) {
    assertThatThrownBy(() -> StreamSettings.of(with(setting, value)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(setting + ": ")
        .hasMessageContaining(value);
  }

  @Test
  void shouldTakeASizeBeyondThoseOfArrays() {
    assertThat(
            StreamSettings.of(with("kafka.buffer.memory", "8589934592"))
                .producerBytes("buffer.memory"))
        .hasValue(Integer.MAX_VALUE);
  }

  @Test
  void shouldNameEverySettingThatAClientOfKafkaRefuses() {
    Map<String, String> settings = with("kafka.linger.ms", "soon");
    settings.put("kafka.max.poll.records", "many");

    assertThatThrownBy(() -> StreamSettings.of(settings))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("kafka.linger.ms: ")
        .hasMessageContaining("kafka.max.poll.records: ");
  }

  @Test
  void shouldLeaveToTheClientWhatIsLookedUpWhenItIsMade() {
    Map<String, String> settings = with("kafka.linger.ms", "${env:LINGER}");
    settings.put("kafka.config.providers", "env");
    settings.put(
        "kafka.config.providers.env.class",
        "org.apache.kafka.common.config.provider.EnvVarConfigProvider");

    assertThatCode(() -> StreamSettings.of(settings)).doesNotThrowAnyException();
  }
}
