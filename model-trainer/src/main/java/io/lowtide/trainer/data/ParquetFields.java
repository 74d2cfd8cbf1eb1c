package io.lowtide.trainer.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;

/**
 * The fields of a Parquet schema as those of an Avro record, so that all that holds of the one
 * holds of the other. Groups are records, never null: where a group is, each of its fields is null.
 * What has not one value in each record, or none that means anything, is left out.
 *
 * @param schema of the records
 * @param leaves the columns that are read, in their order
 * @param leftOut why others are left out, by their names
 */
record ParquetFields(Schema schema, List<Leaf> leaves, Map<String, String> leftOut) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of 1970-01-01, in the days that INT96 counts. */
  private static final long JULIAN_EPOCH = 2_440_588;

  private static final long MICROS_OF_DAY = 86_400_000_000L;
  private static final long NANOS_OF_MICRO = 1_000;

  /**
   * A column.
   *
   * @param path names of the groups around it, and its own
   * @param value takes it from the reader of the column
   */
  record Leaf(String[] path, Function<ColumnReader, Object> value) {}

  /** What a column is in Avro, and how it is read. */
  private record Reading(Schema schema, Function<ColumnReader, Object> value) {}

  static ParquetFields of(MessageType type) {
    List<Leaf> leaves = new ArrayList<>();
    Map<String, String> leftOut = new LinkedHashMap<>();
    ObjectNode row = record(type, List.of(), leaves, leftOut);
    // CSV files have such names, too: what no topic can have is told where fields are listed.
    Schema schema = new Schema.Parser(NameValidator.NO_VALIDATION).parse(row.toString());
    return new ParquetFields(schema, List.copyOf(leaves), leftOut);
  }

  /** The Avro schema of a group, as JSON. */
  private static ObjectNode record(
      GroupType group, List<String> path, List<Leaf> leaves, Map<String, String> leftOut) {
    ObjectNode record = JSON.createObjectNode();
    record.put("type", "record");
    record.put("name", "row" + String.join("/", path));
    ArrayNode fields = record.putArray("fields");
    for (Type type : group.getFields()) {
      List<String> inner = new ArrayList<>(path);
      inner.add(type.getName());
      String told = String.join(".", inner);
      String reason = reasonToLeaveOut(type);
      if (reason != null) {
        leftOut.put(told, reason);
      } else if (type.isPrimitive()) {
        Reading reading = reading(type.asPrimitiveType());
        if (reading == null) {
          leftOut.put(told, "bytes without a meaning");
        } else {
          leaves.add(new Leaf(inner.toArray(String[]::new), reading.value()));
          ArrayNode union = fields.addObject().put("name", type.getName()).putArray("type");
          union.add("null").addRawValue(new RawValue(reading.schema().toString()));
        }
      } else {
        ObjectNode inside = record(type.asGroupType(), inner, leaves, leftOut);
        if (!inside.path("fields").isEmpty()) {
          fields.addObject().put("name", type.getName()).set("type", inside);
        }
      }
    }
    return record;
  }

  /** Null where there is none. */
  private static String reasonToLeaveOut(Type type) {
    LogicalTypeAnnotation annotation = type.getLogicalTypeAnnotation();
    if (annotation instanceof ListLogicalTypeAnnotation || type.isRepetition(Repetition.REPEATED)) {
      return "a list: a feature needs one value in each record";
    }
    if (annotation instanceof MapLogicalTypeAnnotation) {
      return "a map: a feature needs one value in each record";
    }
    return type.getName().indexOf('.') >= 0
        ? "its name has a dot, which stands for a field within a field"
        : null;
  }

  private static Reading reading(PrimitiveType type) {
    LogicalTypeAnnotation annotation = type.getLogicalTypeAnnotation();
    if (annotation instanceof DecimalLogicalTypeAnnotation decimal) {
      return decimal(type, decimal.getScale());
    }
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> of(Schema.Type.BOOLEAN, ColumnReader::getBoolean);
      case FLOAT -> of(Schema.Type.FLOAT, ColumnReader::getFloat);
      case DOUBLE -> of(Schema.Type.DOUBLE, ColumnReader::getDouble);
      case INT32 -> int32(annotation);
      case INT64 -> int64(annotation);
      case INT96 ->
          of(
              LogicalTypes.timestampMicros(),
              Schema.Type.LONG,
              reader -> microsOfInt96(reader.getBinary()));
      case BINARY ->
          annotation instanceof StringLogicalTypeAnnotation
                  || annotation instanceof EnumLogicalTypeAnnotation
                  || annotation instanceof JsonLogicalTypeAnnotation
              ? of(Schema.Type.STRING, reader -> reader.getBinary().toStringUsingUTF8())
              : null;
      case FIXED_LEN_BYTE_ARRAY ->
          annotation instanceof UUIDLogicalTypeAnnotation
              ? of(Schema.Type.STRING, reader -> uuid(reader.getBinary()))
              : null;
    };
  }

  private static Reading int32(LogicalTypeAnnotation annotation) {
    if (annotation instanceof DateLogicalTypeAnnotation) {
      return of(LogicalTypes.date(), Schema.Type.INT, ColumnReader::getInteger);
    }
    if (annotation instanceof TimeLogicalTypeAnnotation) {
      return of(LogicalTypes.timeMillis(), Schema.Type.INT, ColumnReader::getInteger);
    }
    return annotation instanceof IntLogicalTypeAnnotation number && !number.isSigned()
        ? of(Schema.Type.LONG, reader -> Integer.toUnsignedLong(reader.getInteger()))
        : of(Schema.Type.INT, ColumnReader::getInteger);
  }

  private static Reading int64(LogicalTypeAnnotation annotation) {
    if (annotation instanceof TimestampLogicalTypeAnnotation timestamp) {
      boolean instant = timestamp.isAdjustedToUTC();
      return of(
          switch (timestamp.getUnit()) {
            case MILLIS ->
                instant ? LogicalTypes.timestampMillis() : LogicalTypes.localTimestampMillis();
            case MICROS ->
                instant ? LogicalTypes.timestampMicros() : LogicalTypes.localTimestampMicros();
            case NANOS ->
                instant ? LogicalTypes.timestampNanos() : LogicalTypes.localTimestampNanos();
          },
          Schema.Type.LONG,
          ColumnReader::getLong);
    }
    if (annotation instanceof TimeLogicalTypeAnnotation time) {
      long unit = time.getUnit() == TimeUnit.NANOS ? NANOS_OF_MICRO : 1;
      return of(LogicalTypes.timeMicros(), Schema.Type.LONG, reader -> reader.getLong() / unit);
    }
    return annotation instanceof IntLogicalTypeAnnotation number && !number.isSigned()
        ? of(Schema.Type.DOUBLE, reader -> unsigned(reader.getLong()))
        : of(Schema.Type.LONG, ColumnReader::getLong);
  }

  private static Reading decimal(PrimitiveType type, int scale) {
    return of(
        Schema.Type.DOUBLE,
        switch (type.getPrimitiveTypeName()) {
          case INT32 -> reader -> BigDecimal.valueOf(reader.getInteger(), scale).doubleValue();
          case INT64 -> reader -> BigDecimal.valueOf(reader.getLong(), scale).doubleValue();
          default ->
              reader ->
                  new BigDecimal(new BigInteger(reader.getBinary().getBytes()), scale)
                      .doubleValue();
        });
  }

  private static Reading of(Schema.Type type, Function<ColumnReader, Object> value) {
    return new Reading(Schema.create(type), value);
  }

  private static Reading of(
      LogicalType logical, Schema.Type type, Function<ColumnReader, Object> value) {
    return new Reading(logical.addToSchema(Schema.create(type)), value);
  }

  private static double unsigned(long value) {
    return value >= 0 ? value : value + 0x1p64;
  }

  /** Nanoseconds of the day, then the Julian day, as Spark and Impala wrote times. */
  private static long microsOfInt96(Binary value) {
    ByteBuffer bytes = value.toByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    long nanos = bytes.getLong();
    long day = bytes.getInt() - JULIAN_EPOCH;
    return day * MICROS_OF_DAY + nanos / NANOS_OF_MICRO;
  }

  private static String uuid(Binary value) {
    ByteBuffer bytes = value.toByteBuffer().slice();
    return new UUID(bytes.getLong(), bytes.getLong()).toString();
  }
}
