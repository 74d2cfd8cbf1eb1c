package io.lowtide.density.feature;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * Points in time, in seconds since 1970-01-01T00:00Z. They come as an Avro logical type; as text in
 * ISO 8601, with a blank for the T if need be, in UTC where no zone is named; or as a plain number
 * of seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size.
 */
public final class TimeValue {

  /** As seconds this is the year 5138, as milliseconds March 1973; likewise a thousand times on. */
  private static final double LARGEST_SECONDS = 1e11;

  private static final double SECONDS_OF_A_DAY = 86_400;

  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .optionalStart()
          .appendPattern("['T'][' ']")
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .appendPattern("[' UTC'][XXXXX][X]")
          .optionalEnd()
          .toFormatter(java.util.Locale.ROOT);

  private TimeValue() {}

  /** Seconds since 1970 of a text, or NaN if it is no time. */
  public static double of(String text) {
    double seconds = ofIso(text);
    return Double.isNaN(seconds) ? ofDigits(text) : seconds;
  }

  /** Seconds since 1970 of a text in ISO 8601, or NaN if it is none. */
  public static double ofIso(String text) {
    try {
      return seconds(ISO.parseBest(text, Instant::from, LocalDateTime::from, LocalDate::from));
    } catch (DateTimeException notIso) {
      return Double.NaN;
    }
  }

  /** A plain number written as text. */
  private static double ofDigits(String text) {
    try {
      return ofNumber(Double.parseDouble(text));
    } catch (NumberFormatException notATime) {
      return Double.NaN;
    }
  }

  private static double seconds(TemporalAccessor time) {
    Instant instant;
    if (time instanceof Instant exact) {
      instant = exact;
    } else if (time instanceof LocalDateTime local) {
      instant = local.toInstant(ZoneOffset.UTC);
    } else {
      instant = ((LocalDate) time).atStartOfDay().toInstant(ZoneOffset.UTC);
    }
    return seconds(instant);
  }

  private static double seconds(Instant instant) {
    return instant.getEpochSecond() + 1e-9 * instant.getNano();
  }

  /** Seconds since 1970 of a plain number, its unit told by its size. */
  public static double ofNumber(double number) {
    double seconds = number;
    while (Math.abs(seconds) >= LARGEST_SECONDS && Double.isFinite(seconds)) {
      seconds /= 1e3;
    }
    return seconds;
  }

  /**
   * Seconds since 1970 of a field's value.
   *
   * @param value not null
   * @param schema schema of the field, whose logical type gives the unit
   * @return NaN if the value is no time
   */
  static double of(Object value, Schema schema) {
    if (value instanceof Instant instant) {
      return seconds(instant);
    }
    if (value instanceof LocalDateTime || value instanceof LocalDate) {
      return seconds((TemporalAccessor) value);
    }
    if (value instanceof CharSequence text) {
      return of(text.toString());
    }
    if (!(value instanceof Number number)) {
      return Double.NaN;
    }
    double plain = number.doubleValue();
    double unit = unitInSeconds(schema);
    return Double.isNaN(unit) ? ofNumber(plain) : plain * unit;
  }

  /** Of the logical type of a schema, or of one of its branches; NaN if there is none. */
  private static double unitInSeconds(Schema schema) {
    if (schema.getType() == Schema.Type.UNION) {
      for (Schema branch : schema.getTypes()) {
        double unit = unitInSeconds(branch);
        if (!Double.isNaN(unit)) {
          return unit;
        }
      }
      return Double.NaN;
    }
    LogicalType type = schema.getLogicalType();
    if (type instanceof LogicalTypes.TimestampMillis
        || type instanceof LogicalTypes.LocalTimestampMillis
        || type instanceof LogicalTypes.TimeMillis) {
      return 1e-3;
    }
    if (type instanceof LogicalTypes.TimestampMicros
        || type instanceof LogicalTypes.LocalTimestampMicros
        || type instanceof LogicalTypes.TimeMicros) {
      return 1e-6;
    }
    if (type instanceof LogicalTypes.TimestampNanos
        || type instanceof LogicalTypes.LocalTimestampNanos) {
      return 1e-9;
    }
    return type instanceof LogicalTypes.Date ? SECONDS_OF_A_DAY : Double.NaN;
  }

  /** A point in time for a person: ISO 8601 in UTC. */
  public static String text(double seconds) {
    return Instant.ofEpochMilli(Math.round(seconds * 1e3)).toString();
  }
}
