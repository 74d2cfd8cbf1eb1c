package io.lowtide.kafka.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistryException;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.schemas.GeneratedClasses;
import io.lowtide.schemas.RecordPosition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the bytes, the deserialiser returns a record or throws one of its own exceptions. */
final class HostileMessagesTest {

  private static final String TOPIC = "alerts";
  private static final int MUTATIONS = 100_000;

  static {
    // The builder of an alert reads its defaults as Avro.
    GeneratedClasses.trust();
  }

  private final SchemaRegistry registry =
      ConfluentSchemaRegistry.connect(Map.of("schema.registry.url", "mock://hostile"));

  @Test
  void shouldSurviveMutatedMessages() {
    byte[] valid;
    try (AvroSerializer<AnomalyAlert> serializer = new AvroSerializer<>(registry)) {
      valid = serializer.serialize(TOPIC, alert());
    }
    SplittableRandom random = new SplittableRandom(20_240_601);
    int read = 0;
    int refused = 0;
    try (AvroDeserializer<AnomalyAlert> specific =
            AvroDeserializer.specific(registry, AnomalyAlert.class);
        AvroDeserializer<GenericRecord> generic = AvroDeserializer.generic(registry)) {
      for (int i = 0; i < MUTATIONS; i++) {
        byte[] message = mutate(valid, random);
        AvroDeserializer<? extends IndexedRecord> deserializer = i % 2 == 0 ? specific : generic;
        try {
          assertThat(deserializer.deserialize(TOPIC, message)).isNotNull();
          read++;
        } catch (WireFormatException | AvroDecodingException | SchemaRegistryException typed) {
          refused++;
        }
      }
    }
    // Both happen often, or the mutations would not test anything.
    assertThat(read).isGreaterThan(MUTATIONS / 20);
    assertThat(refused).isGreaterThan(MUTATIONS / 20);
  }

  private static byte[] mutate(byte[] valid, SplittableRandom random) {
    byte[] message = valid.clone();
    int position = random.nextInt(message.length);
    switch (random.nextInt(5)) {
      case 0 -> message[position] ^= (byte) (1 << random.nextInt(8));
      case 1 -> message[position] = (byte) random.nextInt(256);
      case 2 -> message = Arrays.copyOf(message, position);
      case 3 -> message = Arrays.copyOf(message, message.length + 1 + random.nextInt(8));
      default -> {
        // A run of such bytes is a length far beyond the message.
        int from = Math.max(WireFormat.HEADER_LENGTH, position);
        Arrays.fill(message, from, Math.min(message.length, from + 8), (byte) 0xff);
      }
    }
    return message;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"bytes\"",
        "\"string\"",
        "{\"type\": \"array\", \"items\": \"float\"}",
        "{\"type\": \"array\", \"items\": \"null\"}",
        "{\"type\": \"map\", \"values\": \"double\"}"
      })
  void shouldRefuseALengthBeyondTheMessageWithoutAllocatingIt(String type) throws IOException {
    int id = registry.register(TOPIC + "-value", record("\"type\": " + type));
    byte[] message = message(id, Integer.MAX_VALUE - 8, 0);

    try (AvroDeserializer<GenericRecord> deserializer = AvroDeserializer.generic(registry)) {
      assertThatThrownBy(() -> deserializer.deserialize(TOPIC, message))
          .isInstanceOf(AvroDecodingException.class)
          .hasMessageContaining("Hostile");
    }
  }

  @Test
  void shouldRefuseARecordNestedWithoutEnd() throws IOException {
    int id = registry.register(TOPIC + "-value", record("\"type\": [\"null\", \"Hostile\"]"));
    long[] always = new long[1_000_000];
    Arrays.fill(always, 1);
    byte[] message = message(id, always);

    try (AvroDeserializer<GenericRecord> deserializer = AvroDeserializer.generic(registry)) {
      assertThatThrownBy(() -> deserializer.deserialize(TOPIC, message))
          .isInstanceOf(AvroDecodingException.class)
          .hasMessageContaining("nested too deeply");
      assertThat(deserializer.deserialize(TOPIC, message(id, 1, 0)).get("field")).isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\": \"array\", \"items\": \"null\"}",
        "{\"type\": \"array\", \"items\": {\"type\": \"fixed\", \"name\": \"F\", \"size\": 0}}",
        "{\"type\": \"array\", \"items\": {\"type\": \"record\", \"name\": \"E\", \"fields\": []}}",
        "{\"type\": \"array\", \"items\": {\"type\": \"record\", \"name\": \"N\", \"fields\":"
            + " [{\"name\": \"n\", \"type\": \"null\"}]}}"
      })
  void shouldRefuseMillionsOfItemsThatTakeNoBytes(String type) throws IOException {
    int id = registry.register(TOPIC + "-value", record("\"type\": " + type));
    byte[] message = message(id, 20_000_000, 0);

    try (AvroDeserializer<GenericRecord> deserializer = AvroDeserializer.generic(registry)) {
      assertThatThrownBy(() -> deserializer.deserialize(TOPIC, message))
          .isInstanceOf(AvroDecodingException.class)
          .hasMessageContaining("it holds more than 65576 values");
      List<?> few = (List<?>) deserializer.deserialize(TOPIC, message(id, 60, 0)).get("field");
      assertThat(few).hasSize(60);
    }
  }

  @Test
  void shouldRefuseMillionsOfItemsInManyBlocksOfAMillion() throws IOException {
    int id =
        registry.register(
            TOPIC + "-value",
            record(
                "\"type\": {\"type\": \"array\", \"items\":"
                    + " {\"type\": \"array\", \"items\": \"null\"}}"));
    long[] nested = new long[2 * 1_000 + 2];
    nested[0] = 1_000;
    for (int i = 1; i < 2_001; i += 2) {
      nested[i] = 1_000_000;
    }
    byte[] message = message(id, nested);

    try (AvroDeserializer<GenericRecord> deserializer = AvroDeserializer.generic(registry)) {
      assertThatThrownBy(() -> deserializer.deserialize(TOPIC, message))
          .isInstanceOf(AvroDecodingException.class)
          .hasMessageContaining("it holds more than");
    }
  }

  @Test
  void shouldReadAsManyValuesAsAMessageHasBytesFor() throws IOException {
    int id =
        registry.register(
            TOPIC + "-value",
            record(
                "\"type\": {\"type\": \"array\", \"items\": {\"type\": \"record\", \"name\": \"I\","
                    + " \"fields\": [{\"name\": \"i\", \"type\": \"int\"}]}}"));
    long[] items = new long[1_000_002];
    items[0] = 1_000_000;
    byte[] message = message(id, items);

    try (AvroDeserializer<GenericRecord> deserializer = AvroDeserializer.generic(registry)) {
      List<?> read = (List<?>) deserializer.deserialize(TOPIC, message).get("field");
      assertThat(read).hasSize(1_000_000);
    }
  }

  private static Schema record(String field) {
    return new Schema.Parser()
        .parse(
            "{\"type\": \"record\", \"name\": \"Hostile\", \"fields\": [{\"name\": \"field\", "
                + field
                + "}]}");
  }

  private static byte[] message(int id, long... numbers) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(WireFormat.header(id));
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    for (long number : numbers) {
      encoder.writeLong(number);
    }
    encoder.flush();
    return bytes.toByteArray();
  }

  private static AnomalyAlert alert() {
    return AnomalyAlert.newBuilder()
        .setId("readings-3-42-1")
        .setDetector("pumps")
        .setModelVersion("1")
        .setKey("pump-7")
        .setEventTime(Instant.ofEpochMilli(1_700_000_000_123L))
        .setLogLikelihood(-112.5)
        .setPValue(0.001)
        .setSeverity(4.5)
        .setBudget(0.001)
        .setSummary("volts is far too high for this speed")
        .setContributions(
            List.of(
                new FieldContribution("volts", 400.0, 230.0, null, null, -80.5, 228.0, 232.0),
                new FieldContribution("speed", 1200.0, 1190.0, null, null, -10.0, null, null)))
        .setEvaluations(38)
        .setSource(new RecordPosition("readings", 3, 42L))
        .build();
  }
}
