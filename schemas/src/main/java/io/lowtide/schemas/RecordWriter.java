package io.lowtide.schemas;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.Encoder;

/**
 * Writes records of the contracts in Avro's binary form, to the byte as Avro's own writer does.
 * That one asks again for each value which branch of a union it is of and how it is converted; here
 * that is found once for a contract. Safe for use by many threads.
 */
public final class RecordWriter {

  private final ValueWriter writer;

  /** Writes the values of one schema. */
  private interface ValueWriter {
    void write(Object value, Encoder out) throws IOException;
  }

  /**
   * A writer of the records of one contract.
   *
   * @param schema of its generated class
   * @throws IllegalArgumentException if it has types that no contract has
   */
  public RecordWriter(Schema schema) {
    this.writer = of(schema);
  }

  /** Whether a record is of a contract. */
  public static boolean writes(IndexedRecord record) {
    return record.getClass().getPackage() == RecordWriter.class.getPackage();
  }

  /**
   * Writes a record.
   *
   * @throws AvroRuntimeException if its values do not fit the schema; it names the field
   */
  public void write(IndexedRecord record, Encoder out) throws IOException {
    writer.write(record, out);
  }

  private static ValueWriter of(Schema schema) {
    return switch (schema.getType()) {
      case RECORD -> ofRecord(schema);
      case ARRAY -> ofArray(of(schema.getElementType()));
      case MAP -> ofMap(of(schema.getValueType()));
      case UNION -> ofUnion(schema);
      case ENUM -> (value, out) -> out.writeEnum(((Enum<?>) value).ordinal());
      case STRING -> (value, out) -> out.writeString((String) value);
      case INT -> (value, out) -> out.writeInt((Integer) value);
      case LONG ->
          schema.getLogicalType() instanceof LogicalTypes.TimestampMillis
              ? (value, out) -> out.writeLong(((Instant) value).toEpochMilli())
              : (value, out) -> out.writeLong((Long) value);
      case FLOAT -> (value, out) -> out.writeFloat((Float) value);
      case DOUBLE -> (value, out) -> out.writeDouble((Double) value);
      case BOOLEAN -> (value, out) -> out.writeBoolean((Boolean) value);
      default -> throw new IllegalArgumentException("no contract has values of " + schema);
    };
  }

  private static ValueWriter ofRecord(Schema schema) {
    List<Schema.Field> fields = schema.getFields();
    ValueWriter[] writers =
        fields.stream().map(field -> of(field.schema())).toArray(ValueWriter[]::new);
    return (value, out) -> {
      IndexedRecord record = (IndexedRecord) value;
      int field = 0;
      try {
        for (; field < writers.length; field++) {
          writers[field].write(record.get(field), out);
        }
      } catch (ClassCastException | NullPointerException unfit) {
        throw new AvroRuntimeException(
            schema.getName() + "." + fields.get(field).name() + ": " + unfit.getMessage(), unfit);
      }
    };
  }

  private static ValueWriter ofArray(ValueWriter ofElement) {
    return (value, out) -> {
      List<?> elements = (List<?>) value;
      out.writeArrayStart();
      out.setItemCount(elements.size());
      for (Object element : elements) {
        out.startItem();
        ofElement.write(element, out);
      }
      out.writeArrayEnd();
    };
  }

  private static ValueWriter ofMap(ValueWriter ofValue) {
    return (value, out) -> {
      Map<?, ?> entries = (Map<?, ?>) value;
      out.writeMapStart();
      out.setItemCount(entries.size());
      for (Map.Entry<?, ?> entry : entries.entrySet()) {
        out.startItem();
        out.writeString((String) entry.getKey());
        ofValue.write(entry.getValue(), out);
      }
      out.writeMapEnd();
    };
  }

  private static ValueWriter ofUnion(Schema schema) {
    List<Schema> branches = schema.getTypes();
    if (branches.size() != 2 || branches.get(0).getType() != Schema.Type.NULL) {
      throw new IllegalArgumentException("no contract has values of " + schema);
    }
    ValueWriter ofValue = of(branches.get(1));
    return (value, out) -> {
      if (value == null) {
        out.writeIndex(0);
        out.writeNull();
      } else {
        out.writeIndex(1);
        ofValue.write(value, out);
      }
    };
  }
}
