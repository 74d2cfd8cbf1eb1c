package io.lowtide.kafka.serde;

import io.lowtide.kafka.registry.SchemaRegistry;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;

/** {@link AvroSerializer} and {@link AvroDeserializer} together, as Kafka Streams takes them. */
public final class AvroSerde<T extends IndexedRecord> extends Serdes.WrapperSerde<T> {

  /** For Kafka, which calls {@link #configure} next. */
  public AvroSerde() {
    super(new AvroSerializer<>(), new AvroDeserializer<>());
  }

  private AvroSerde(AvroSerializer<T> serializer, AvroDeserializer<T> deserializer) {
    super(serializer, deserializer);
  }

  /** Values read as they were written. The registry stays the caller's to close. */
  public static AvroSerde<GenericRecord> generic(SchemaRegistry registry) {
    return new AvroSerde<>(new AvroSerializer<>(registry), AvroDeserializer.generic(registry));
  }

  /** Values of one generated class. The registry stays the caller's to close. */
  public static <T extends SpecificRecord> AvroSerde<T> specific(
      SchemaRegistry registry, Class<T> type) {
    return new AvroSerde<>(
        new AvroSerializer<>(registry), AvroDeserializer.specific(registry, type));
  }
}
