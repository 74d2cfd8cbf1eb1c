package io.lowtide.kafka.serde;

import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.schemas.RecordWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Writes Avro records, generated or generic, in the {@link WireFormat}. The schema is registered
 * under {@code TOPIC-value} or {@code TOPIC-key} the first time it is met.
 *
 * <p>Safe for use by many threads. Besides the errors below, {@link #serialize} lets a {@link
 * io.lowtide.kafka.registry.SchemaRegistryException} through.
 */
public final class AvroSerializer<T extends IndexedRecord> implements Serializer<T> {

  private static final int LARGEST_KEPT_BUFFER = 1 << 20;

  private final ThreadLocal<Encoding> encoding = ThreadLocal.withInitial(Encoding::new);
  private final Map<String, KnownSchema> lastOfTopic = new ConcurrentHashMap<>();
  private SchemaRegistry registry;
  private boolean ownsRegistry;
  private boolean key;
  private boolean autoRegister;

  private record KnownSchema(Schema schema, byte[] header) {}

  /** For Kafka, which calls {@link #configure} next. */
  public AvroSerializer() {}

  /** For values, registering new schemas. The registry stays the caller's to close. */
  public AvroSerializer(SchemaRegistry registry) {
    this(registry, false, true);
  }

  /**
   * @param registry stays the caller's to close
   * @param key whether it serialises keys rather than values
   * @param autoRegister whether to register schemas that the registry does not have; otherwise they
   *     are looked up
   */
  public AvroSerializer(SchemaRegistry registry, boolean key, boolean autoRegister) {
    this.registry = Objects.requireNonNull(registry, "registry");
    this.key = key;
    this.autoRegister = autoRegister;
  }

  /**
   * @param settings the settings of {@link ConfluentSchemaRegistry#connect} and {@link
   *     AvroSerdeConfig}
   */
  @Override
  public void configure(Map<String, ?> settings, boolean isKey) {
    close();
    AvroSerdeConfig config = new AvroSerdeConfig(settings);
    registry = ConfluentSchemaRegistry.connect(settings);
    ownsRegistry = true;
    key = isKey;
    autoRegister = config.autoRegisterSchemas();
  }

  /**
   * @return the message, or null for null
   * @throws AvroEncodingException if the record's values do not fit its schema
   */
  @Override
  public byte[] serialize(String topic, T message) {
    if (message == null) {
      return null;
    }
    Schema schema = message.getSchema();
    byte[] header = header(topic, schema);
    try {
      return encoding.get().encode(header, schema, message);
    } catch (IOException | RuntimeException unfit) {
      encoding.remove();
      throw new AvroEncodingException(topic, schema.getFullName(), unfit);
    }
  }

  private byte[] header(String topic, Schema schema) {
    KnownSchema known = lastOfTopic.get(topic);
    if (known != null && known.schema() == schema) {
      return known.header();
    }
    if (registry == null) {
      throw new IllegalStateException("AvroSerializer was used before it was configured");
    }
    String subject = topic + (key ? "-key" : "-value");
    int id = autoRegister ? registry.register(subject, schema) : registry.id(subject, schema);
    byte[] header = WireFormat.header(id);
    lastOfTopic.put(topic, new KnownSchema(schema, header));
    return header;
  }

  @Override
  public void close() {
    if (ownsRegistry) {
      registry.close();
    }
  }

  /** What one thread needs to encode, kept from one message to the next. */
  private static final class Encoding {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    private final SpecificDatumWriter<IndexedRecord> writer = new SpecificDatumWriter<>();
    private BinaryEncoder encoder;
    private Schema contract;
    private RecordWriter contractWriter;

    byte[] encode(byte[] header, Schema schema, IndexedRecord message) throws IOException {
      bytes.reset();
      bytes.write(header, 0, header.length);
      encoder = EncoderFactory.get().binaryEncoder(bytes, encoder);
      if (RecordWriter.writes(message)) {
        writerOf(schema).write(message, encoder);
      } else {
        writer.setSchema(schema);
        writer.write(message, encoder);
      }
      encoder.flush();
      return bytes.toByteArray();
    }

    private RecordWriter writerOf(Schema schema) {
      if (schema != contract) {
        contractWriter = new RecordWriter(schema);
        contract = schema;
      }
      return contractWriter;
    }
  }
}
