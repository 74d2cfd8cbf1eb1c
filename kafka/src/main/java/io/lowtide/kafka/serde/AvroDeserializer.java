package io.lowtide.kafka.serde;

import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.schemas.GeneratedClasses;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads Avro records in the {@link WireFormat}. The schema that a message was written with is
 * fetched by its id, once, and resolved to the schema of the class that is wanted.
 *
 * <p>Safe for use by many threads. Whatever the bytes, {@link #deserialize} returns a record or
 * throws a {@link WireFormatException}, an {@link AvroDecodingException} or a {@link
 * io.lowtide.kafka.registry.SchemaRegistryException}.
 */
public final class AvroDeserializer<T extends IndexedRecord> implements Deserializer<T> {

  private final ThreadLocal<Decoding> decoding = ThreadLocal.withInitial(Decoding::new);
  private SchemaRegistry registry;
  private boolean ownsRegistry;
  private Readers readers;

  /** Makes the reader of records that were written with a schema. */
  private interface Readers {
    DatumReader<?> reader(Schema writer);
  }

  /** For Kafka, which calls {@link #configure} next. */
  public AvroDeserializer() {}

  private AvroDeserializer(SchemaRegistry registry, Readers readers) {
    this.registry = Objects.requireNonNull(registry, "registry");
    this.readers = readers;
  }

  /** Reads records as they were written. The registry stays the caller's to close. */
  public static AvroDeserializer<GenericRecord> generic(SchemaRegistry registry) {
    return new AvroDeserializer<>(registry, AvroDeserializer::genericReader);
  }

  /**
   * Reads records of one generated class, whatever version they were written with.
   *
   * @param registry stays the caller's to close
   */
  public static <T extends SpecificRecord> AvroDeserializer<T> specific(
      SchemaRegistry registry, Class<T> type) {
    GeneratedClasses.trust();
    SpecificData data = SpecificData.getForClass(type);
    Schema reader = data.getSchema(type);
    return new AvroDeserializer<>(
        registry, writer -> new SpecificDatumReader<>(writer, reader, data));
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
    readers =
        config.specificAvroReader()
            ? AvroDeserializer::namesakeReader
            : AvroDeserializer::genericReader;
  }

  private static DatumReader<?> genericReader(Schema writer) {
    return new BoundedReader(writer);
  }

  private static DatumReader<?> namesakeReader(Schema writer) {
    GeneratedClasses.trust();
    Class<?> type = SpecificData.get().getClass(writer);
    if (type == null) {
      throw new IllegalArgumentException("no generated class of this name on the class path");
    }
    return new SpecificDatumReader<>(writer, SpecificData.get().getSchema(type));
  }

  /**
   * @return the record, or null for null
   */
  @Override
  public T deserialize(String topic, byte[] message) {
    if (message == null) {
      return null;
    }
    int id = WireFormat.schemaId(message);
    if (registry == null) {
      throw new IllegalStateException("AvroDeserializer was used before it was configured");
    }
    Schema writer = registry.schema(id);
    if (!isOfRecords(writer)) {
      throw new AvroDecodingException(id, name(writer), "it is not a record", null);
    }
    return decoding.get().decode(id, writer, message);
  }

  /** A record, or a union of records, as topics of several kinds of events have them. */
  private static boolean isOfRecords(Schema schema) {
    return schema.isUnion()
        ? schema.getTypes().stream().anyMatch(branch -> branch.getType() == Schema.Type.RECORD)
        : schema.getType() == Schema.Type.RECORD;
  }

  /** A union has no name. */
  private static String name(Schema schema) {
    return schema.isUnion() ? "union" : schema.getFullName();
  }

  @Override
  public void close() {
    if (ownsRegistry) {
      registry.close();
    }
  }

  /** What one thread needs to decode, kept from one message to the next. */
  private final class Decoding {

    private final Map<Integer, DatumReader<T>> readerOfId = new HashMap<>();
    private BinaryDecoder decoder;

    T decode(int id, Schema writer, byte[] message) {
      T decoded;
      int left;
      try {
        decoder =
            DecoderFactory.get()
                .binaryDecoder(
                    message,
                    WireFormat.HEADER_LENGTH,
                    message.length - WireFormat.HEADER_LENGTH,
                    decoder);
        DatumReader<T> reader = reader(id, writer);
        if (reader instanceof BoundedReader bounded) {
          bounded.allow(message.length);
        }
        decoded = reader.read(null, decoder);
        left = decoder.remainingBytes();
      } catch (IOException | RuntimeException undecodable) {
        throw new AvroDecodingException(
            id, name(writer), String.valueOf(undecodable.getMessage()), undecodable);
      } catch (StackOverflowError endless) {
        // A few bytes nest a record of a recursive schema as deeply as their sender likes.
        throw new AvroDecodingException(id, name(writer), "nested too deeply", endless);
      }
      if (!(decoded instanceof IndexedRecord)) {
        throw new AvroDecodingException(
            id, name(writer), "it holds " + decoded + " in the place of a record", null);
      }
      if (left > 0) {
        throw new AvroDecodingException(
            id, name(writer), left + " bytes are left over after the record", null);
      }
      return decoded;
    }

    private DatumReader<T> reader(int id, Schema writer) {
      DatumReader<T> reader = readerOfId.get(id);
      if (reader == null) {
        reader = newReader(writer);
        readerOfId.put(id, reader);
      }
      return reader;
    }

    // T is what the factory method or the setting promised the readers to return.
    @SuppressWarnings("unchecked")
    private DatumReader<T> newReader(Schema writer) {
      return (DatumReader<T>) readers.reader(writer);
    }
  }
}
