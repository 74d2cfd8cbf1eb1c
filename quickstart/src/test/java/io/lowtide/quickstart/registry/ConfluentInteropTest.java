package io.lowtide.quickstart.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroSerde;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.ScoredRecord;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Exchanges messages with the Avro serialiser and deserialiser of Confluent's Python client. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
final class ConfluentInteropTest {

  private static final String PYTHON = "/usr/bin/python3";
  private static final String TOPIC = "scores";

  @TempDir Path directory;

  @BeforeAll
  static void needConfluentsClient() throws Exception {
    assumeTrue(
        Path.of(PYTHON).toFile().canExecute()
            && python("-c", "import confluent_kafka.avro").waitFor() == 0,
        PYTHON
            + " lacks confluent_kafka with Avro (Debian: python3-confluent-kafka, python3-avro,"
            + " python3-requests)");
  }

  @Test
  void shouldExchangeMessagesWithConfluentsClient() throws Exception {
    try (RegistryProcess process =
            RegistryProcess.start(
                RegistryProcess.Settings.inMemory(directory.resolve("registry.log")));
        SchemaRegistry registry =
            ConfluentSchemaRegistry.connect(Map.of("schema.registry.url", process.url()));
        AvroSerde<ScoredRecord> serde = AvroSerde.specific(registry, ScoredRecord.class)) {
      byte[] ours = serde.serializer().serialize(TOPIC, scored());

      List<String> answer = exchange(process.url(), HexFormat.of().formatHex(ours));

      assertThat(answer.get(0))
          .isEqualTo(
              "pumps 7 pump-\u00e4 1700000000123 -12.5 0.25 True 38 readings 3 9007199254740993");
      byte[] theirs = HexFormat.of().parseHex(answer.get(1));
      assertThat(serde.deserializer().deserialize(TOPIC, theirs))
          .isEqualTo(
              ScoredRecord.newBuilder(scored())
                  .setKey(null)
                  .setEvaluations(-2)
                  .setLogLikelihood(1e-300)
                  .build());
    }
  }

  private static List<String> exchange(String url, String message)
      throws IOException, InterruptedException, URISyntaxException {
    Path script = Path.of(ConfluentInteropTest.class.getResource("/confluent_interop.py").toURI());
    Process python = python(script.toString(), url, TOPIC, message);
    String output =
        new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(python.waitFor()).as("status of %s", script).isZero();
    return output.lines().toList();
  }

  private static Process python(String... arguments) throws IOException {
    ProcessBuilder python = new ProcessBuilder();
    python.command().add(PYTHON);
    python.command().addAll(List.of(arguments));
    python.environment().put("NO_PROXY", "127.0.0.1");
    python.environment().put("PYTHONIOENCODING", "utf-8");
    return python.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static ScoredRecord scored() {
    return ScoredRecord.newBuilder()
        .setDetector("pumps")
        .setModelVersion("7")
        .setKey("pump-\u00e4")
        .setEventTime(Instant.ofEpochMilli(1_700_000_000_123L))
        .setLogLikelihood(-12.5)
        .setPValue(0.25)
        .setAnomalous(true)
        .setEvaluations(38)
        .setSource(new RecordPosition("readings", 3, 9_007_199_254_740_993L))
        .build();
  }
}
