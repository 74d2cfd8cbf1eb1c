package io.lowtide.trainer.data;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * The fields of records that a feature can be made of, and those that none can be made of with the
 * reason; nested ones are named with dots. Of a union of records, and of several schemas, those of
 * all.
 */
final class AvroColumns {

  /** What a field holds. */
  enum Kind {
    /** Numbers. */
    NUMBER,
    /** Texts, which may turn out to be numbers. */
    STRING,
    /** Symbols and truth values. */
    NAME,
    /** Points in time. */
    INSTANT,
    /** Times and dates without a zone. */
    LOCAL_TIME,
    /** Times of day. */
    TIME_OF_DAY
  }

  private final String source;
  private final Map<String, Kind> kinds = new LinkedHashMap<>();
  private final Map<String, String> leftOut = new LinkedHashMap<>();

  /**
   * @param source for messages
   * @param schemas of the records, in the order of their age where there are several
   * @throws DataException if one of the schemas is not one of records
   */
  AvroColumns(String source, List<Schema> schemas) {
    this(source, schemas, Map.of());
  }

  /**
   * @param alsoLeftOut why fields are left out that the schemas do not have
   */
  AvroColumns(String source, List<Schema> schemas, Map<String, String> alsoLeftOut) {
    this.source = source;
    leftOut.putAll(alsoLeftOut);
    for (Schema schema : schemas) {
      for (Schema branch : branches(schema)) {
        if (branch.getType() != Schema.Type.RECORD) {
          throw new DataException(source + ": holds " + branch.getType() + ", expected records");
        }
        collect("", branch, Set.of());
      }
    }
    kinds.keySet().forEach(leftOut::remove);
  }

  /**
   * Checks that these are the fields of another file.
   *
   * @throws DataException if they are others
   */
  void requireThoseOf(AvroColumns other) {
    if (!kinds.equals(other.kinds)) {
      throw new DataException(
          source
              + ": columns "
              + kinds
              + ", expected those of "
              + other.source
              + ", "
              + other.kinds);
    }
  }

  /** What each field holds, in their order. */
  Map<String, Kind> kinds() {
    return kinds;
  }

  /** Why fields are left out, in their order. */
  Map<String, String> leftOut() {
    return leftOut;
  }

  /**
   * @param enclosing names of the records around this one: what a record holds of its own kind, as
   *     lists and trees do, has no end
   */
  private void collect(String prefix, Schema schema, Set<String> enclosing) {
    Set<String> here = new HashSet<>(enclosing);
    here.add(schema.getFullName());
    for (Schema.Field field : schema.getFields()) {
      String name = prefix + field.name();
      for (Schema branch : branches(field.schema())) {
        if (branch.getType() == Schema.Type.RECORD) {
          if (here.contains(branch.getFullName())) {
            leftOut.put(name, "a record within one of its own kind");
          } else {
            collect(name + ".", branch, here);
          }
        } else {
          collect(name, branch, field.schema().isUnion());
        }
      }
    }
  }

  private void collect(String name, Schema schema, boolean isUnion) {
    LogicalType type = schema.getLogicalType();
    switch (schema.getType()) {
      case INT, LONG -> put(name, type == null ? Kind.NUMBER : ofTime(type));
      case FLOAT, DOUBLE -> put(name, Kind.NUMBER);
      case STRING -> put(name, Kind.STRING);
      case ENUM, BOOLEAN -> put(name, Kind.NAME);
      case BYTES, FIXED -> {
        if (type instanceof LogicalTypes.Decimal || type instanceof LogicalTypes.BigDecimal) {
          put(name, Kind.NUMBER);
        } else {
          leftOut.put(name, type == null ? "bytes without a meaning" : "bytes: " + type.getName());
        }
      }
      case ARRAY -> leftOut.put(name, "an array: a feature needs one value in each record");
      case MAP -> leftOut.put(name, "a map: a feature needs one value in each record");
      case NULL -> {
        if (!isUnion) {
          leftOut.put(name, "null in every record");
        }
      }
      default -> leftOut.put(name, "of type " + schema.getType());
    }
  }

  /** A field of several kinds is read as what may be anything. */
  private void put(String name, Kind kind) {
    kinds.merge(name, kind, (one, other) -> one == other ? one : Kind.STRING);
  }

  private static Kind ofTime(LogicalType type) {
    if (type instanceof LogicalTypes.TimeMillis || type instanceof LogicalTypes.TimeMicros) {
      return Kind.TIME_OF_DAY;
    }
    if (type instanceof LogicalTypes.TimestampMillis
        || type instanceof LogicalTypes.TimestampMicros
        || type instanceof LogicalTypes.TimestampNanos) {
      return Kind.INSTANT;
    }
    return type instanceof LogicalTypes.Date
            || type instanceof LogicalTypes.LocalTimestampMillis
            || type instanceof LogicalTypes.LocalTimestampMicros
            || type instanceof LogicalTypes.LocalTimestampNanos
        ? Kind.LOCAL_TIME
        : Kind.NUMBER;
  }

  private static List<Schema> branches(Schema schema) {
    return schema.isUnion()
        ? schema.getTypes().stream().filter(branch -> !isNullOf(schema, branch)).toList()
        : List.of(schema);
  }

  private static boolean isNullOf(Schema union, Schema branch) {
    return branch.getType() == Schema.Type.NULL && union.getTypes().size() > 1;
  }
}
