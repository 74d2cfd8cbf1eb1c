package io.lowtide.kafka.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaNotRegisteredException;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.registry.UnknownSchemaException;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.ScoredRecord;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

final class AvroSerdeTest {

  private static final String TOPIC = "readings";
  private static final Schema READING =
      SchemaBuilder.record("Reading").fields().requiredDouble("volts").endRecord();

  private final SchemaRegistry registry;
  private final Map<String, String> settings;

  AvroSerdeTest(TestInfo test) {
    settings =
        Map.of("schema.registry.url", "mock://" + test.getTestMethod().orElseThrow().getName());
    registry = ConfluentSchemaRegistry.connect(settings);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void shouldReadBackAGenericRecord() {
    try (AvroSerde<GenericRecord> serde = AvroSerde.generic(registry)) {
      GenericRecord reading = reading(3.5);

      byte[] message = serde.serializer().serialize(TOPIC, reading);

      assertThat(serde.deserializer().deserialize(TOPIC, message)).isEqualTo(reading);
    }
  }

  @Test
  void shouldReadBackAGeneratedClass() {
    try (AvroSerde<ScoredRecord> serde = AvroSerde.specific(registry, ScoredRecord.class)) {
      ScoredRecord scored = scoredRecord();

      byte[] message = serde.serializer().serialize(TOPIC, scored);

      assertThat(serde.deserializer().deserialize(TOPIC, message)).isEqualTo(scored);
    }
  }

  @Test
  void shouldReadTheRecordsOfAUnion() throws Exception {
    Schema other = SchemaBuilder.record("Fault").fields().requiredString("code").endRecord();
    Schema union = Schema.createUnion(Schema.create(Schema.Type.NULL), READING, other);
    int id = registry.register(TOPIC + "-value", union);
    try (AvroDeserializer<GenericRecord> deserializer = AvroDeserializer.generic(registry)) {
      GenericRecord fault = new GenericRecordBuilder(other).set("code", "E7").build();
      for (GenericRecord record : List.of(reading(3.5), fault)) {
        GenericRecord read = deserializer.deserialize(TOPIC, message(id, union, record));
        assertThat(read.getSchema()).isEqualTo(record.getSchema());
        assertThat(read.get(0)).hasToString(record.get(0).toString());
      }
      assertThatThrownBy(() -> deserializer.deserialize(TOPIC, message(id, union, null)))
          .isInstanceOf(AvroDecodingException.class)
          .hasMessageContaining("null in the place of a record");
    }
  }

  private static byte[] message(int id, Schema schema, GenericRecord record) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  @Test
  void shouldPassNullThrough() {
    try (AvroSerde<GenericRecord> serde = AvroSerde.generic(registry)) {
      assertThat(serde.serializer().serialize(TOPIC, null)).isNull();
      assertThat(serde.deserializer().deserialize(TOPIC, null)).isNull();
    }
  }

  @Test
  void shouldWriteMagicByteThenIdThenAvroBinary() {
    try (AvroSerializer<GenericRecord> serializer = new AvroSerializer<>(registry)) {
      ByteBuffer message = ByteBuffer.wrap(serializer.serialize(TOPIC, reading(1.0)));

      assertThat(message.get()).isZero();
      assertThat(message.getInt()).isEqualTo(registry.id(TOPIC + "-value", READING));
      assertThat(Double.longBitsToDouble(Long.reverseBytes(message.getLong()))).isEqualTo(1.0);
      assertThat(message.hasRemaining()).isFalse();
    }
  }

  @Test
  void shouldRegisterKeysUnderTheirOwnSubject() {
    try (AvroSerializer<GenericRecord> serializer = new AvroSerializer<>(registry, true, true)) {
      byte[] message = serializer.serialize(TOPIC, reading(1.0));

      assertThat(WireFormat.schemaId(message)).isEqualTo(registry.id(TOPIC + "-key", READING));
      assertThatThrownBy(() -> registry.id(TOPIC + "-value", READING))
          .isInstanceOf(SchemaNotRegisteredException.class);
    }
  }

  @Test
  void shouldOnlyLookSchemasUpWhenNotToRegisterThem() {
    try (AvroSerializer<GenericRecord> serializer = new AvroSerializer<>(registry, false, false)) {
      assertThatThrownBy(() -> serializer.serialize(TOPIC, reading(1.0)))
          .isInstanceOf(SchemaNotRegisteredException.class)
          .hasMessageContaining("readings-value")
          .hasMessageContaining("Reading");

      int id = registry.register(TOPIC + "-value", READING);

      assertThat(WireFormat.schemaId(serializer.serialize(TOPIC, reading(1.0)))).isEqualTo(id);
    }
  }

  @Test
  void shouldResolveAnOlderWritersSchemaToTheGeneratedClass() {
    Schema position = RecordPosition.getClassSchema();
    Schema wider =
        new Schema.Parser()
            .parse(
                position
                    .toString()
                    .replace("\"fields\":[", "\"fields\":[{\"name\":\"rack\",\"type\":\"int\"},"));
    GenericRecord written =
        new GenericRecordBuilder(wider)
            .set("rack", 7)
            .set("topic", "t")
            .set("partition", 1)
            .set("offset", 2L)
            .build();
    try (AvroSerializer<GenericRecord> serializer = new AvroSerializer<>(registry);
        AvroDeserializer<RecordPosition> deserializer =
            AvroDeserializer.specific(registry, RecordPosition.class)) {
      RecordPosition read = deserializer.deserialize(TOPIC, serializer.serialize(TOPIC, written));

      assertThat(read).isEqualTo(new RecordPosition("t", 1, 2L));
    }
  }

  @Test
  void shouldBeMadeByKafkaFromItsClassName() {
    try (AvroSerde<ScoredRecord> serde = new AvroSerde<>()) {
      serde.configure(
          Map.of(
              "schema.registry.url",
              settings.get("schema.registry.url"),
              AvroSerdeConfig.SPECIFIC_AVRO_READER,
              "true",
              AvroSerdeConfig.AUTO_REGISTER_SCHEMAS,
              "false"),
          false);
      registry.register(TOPIC + "-value", ScoredRecord.getClassSchema());

      byte[] message = serde.serializer().serialize(TOPIC, scoredRecord());

      assertThat(serde.deserializer().deserialize(TOPIC, message)).isEqualTo(scoredRecord());
    }
  }

  @Test
  void shouldNameTheSchemaWhenNoGeneratedClassHasItsName() {
    try (AvroSerde<ScoredRecord> serde = new AvroSerde<>();
        AvroSerializer<GenericRecord> serializer = new AvroSerializer<>(registry)) {
      serde.configure(
          Map.of(
              "schema.registry.url",
              settings.get("schema.registry.url"),
              AvroSerdeConfig.SPECIFIC_AVRO_READER,
              true),
          false);
      byte[] message = serializer.serialize(TOPIC, reading(1.0));

      assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, message))
          .isInstanceOf(AvroDecodingException.class)
          .hasMessageContaining("Reading")
          .hasMessageContaining("no generated class");
    }
  }

  @Test
  void shouldRefuseAMessageShorterThanItsHeader() {
    assertThatThrownBy(() -> read(new byte[4]))
        .asInstanceOf(type(WireFormatException.class))
        .returns(4, WireFormatException::found);
  }

  @Test
  void shouldRefuseAnotherMagicByte() {
    assertThatThrownBy(() -> read(new byte[] {(byte) 0xf0, 0, 0, 0, 1, 0}))
        .asInstanceOf(type(WireFormatException.class))
        .returns(0xf0, WireFormatException::found);
  }

  @Test
  void shouldNameAnUnknownSchemaId() {
    assertThatThrownBy(() -> read(message(4711)))
        .asInstanceOf(type(UnknownSchemaException.class))
        .returns(4711, UnknownSchemaException::id)
        .returns(false, UnknownSchemaException::isTransient);
  }

  @Test
  void shouldRefuseATruncatedRecord() {
    int id = registry.register(TOPIC + "-value", READING);

    assertThatThrownBy(() -> read(message(id, 1, 2, 3)))
        .asInstanceOf(type(AvroDecodingException.class))
        .returns(id, AvroDecodingException::schemaId)
        .returns("Reading", AvroDecodingException::schemaName);
  }

  @Test
  void shouldRefuseBytesLeftOverAfterTheRecord() {
    int id = registry.register(TOPIC + "-value", READING);

    assertThatThrownBy(() -> read(message(id, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9)))
        .isInstanceOf(AvroDecodingException.class)
        .hasMessageContaining("2 bytes are left over");
  }

  @Test
  void shouldRefuseASchemaThatIsNotARecord() {
    int id = registry.register(TOPIC + "-value", Schema.create(Schema.Type.STRING));

    assertThatThrownBy(() -> read(message(id, 2, 'a')))
        .isInstanceOf(AvroDecodingException.class)
        .hasMessageContaining("string")
        .hasMessageContaining("not a record");
  }

  @Test
  void shouldRefuseARecordThatDoesNotFitItsSchemaAndGoOn() {
    try (AvroSerializer<GenericRecord> serializer = new AvroSerializer<>(registry)) {
      assertThatThrownBy(() -> serializer.serialize(TOPIC, new GenericData.Record(READING)))
          .asInstanceOf(type(AvroEncodingException.class))
          .returns(TOPIC, AvroEncodingException::topic)
          .returns("Reading", AvroEncodingException::schemaName);

      assertThat(serializer.serialize(TOPIC, reading(1.0))).hasSize(WireFormat.HEADER_LENGTH + 8);
    }
  }

  @Test
  void shouldServeManyThreadsAtOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (AvroSerde<GenericRecord> serde = AvroSerde.generic(registry)) {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        GenericRecord reading = reading(i);
        tasks.add(
            () ->
                serde
                    .deserializer()
                    .deserialize(TOPIC, serde.serializer().serialize(TOPIC, reading))
                    .equals(reading));
      }
      for (Future<Boolean> same : threads.invokeAll(tasks, 30, TimeUnit.SECONDS)) {
        assertThat(same.get()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private GenericRecord read(byte[] message) {
    try (AvroDeserializer<GenericRecord> deserializer = AvroDeserializer.generic(registry)) {
      return deserializer.deserialize(TOPIC, message);
    }
  }

  private static byte[] message(int id, int... body) {
    ByteBuffer message = ByteBuffer.allocate(WireFormat.HEADER_LENGTH + body.length);
    message.put(WireFormat.MAGIC).putInt(id);
    for (int each : body) {
      message.put((byte) each);
    }
    return message.array();
  }

  private static GenericRecord reading(double volts) {
    return new GenericRecordBuilder(READING).set("volts", volts).build();
  }

  private static ScoredRecord scoredRecord() {
    return ScoredRecord.newBuilder()
        .setDetector("pumps")
        .setModelVersion("1")
        .setKey("pump-7")
        .setEventTime(Instant.ofEpochMilli(1_700_000_000_123L))
        .setLogLikelihood(-12.5)
        .setPValue(0.25)
        .setAnomalous(false)
        .setEvaluations(38)
        .setSource(new RecordPosition("readings", 3, 42L))
        .build();
  }
}
