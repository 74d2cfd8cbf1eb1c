package io.lowtide.density.feature;

import io.lowtide.schemas.DateOrder;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * How the values of a field are read as points in time, in seconds since 1970-01-01T00:00Z. They
 * come as an Avro logical type; as text; or as a plain number: of seconds, milliseconds,
 * microseconds or nanoseconds since 1970, or the digits of a date and a time of day, {@code
 * 20260105083000}; all told apart by their size.
 *
 * <p>A text is a date, a date and a time of day, or a time of day alone: {@code 2026-01-05}, {@code
 * 2026/01/05}, {@code 05.01.2026}, and, where the order is stated, {@code 05/01/2026} or {@code
 * 05-01-2026}; then T or blanks; then {@code 08:30}, with seconds and their fraction behind a point
 * or a comma, with AM or PM, if need be; then Z, UTC, an offset or a zone in brackets. What names
 * no zone is wall-clock time of this one; a time of day alone is on 1970-01-01. Immutable.
 */
public final class TimeReading {

  /** In UTC, with dates of which it is clear what is what. */
  public static final TimeReading UTC = new TimeReading(ZoneOffset.UTC, DateOrder.UNSTATED);

  private static final double SECONDS_OF_A_DAY = 86_400;

  private static final String TIME =
      "(?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2})(?:[.,](?<fraction>\\d{1,9}))?)?"
          + "(?:\\s*(?<half>[AaPp])\\.?[Mm]\\.?)?"
          + "(?:\\s*(?<offset>[Zz]|UTC|utc|GMT|[+-]\\d{2}(?::?\\d{2}(?::?\\d{2})?)?))?"
          + "(?:\\s*\\[(?<zone>[A-Za-z][A-Za-z0-9_+/-]*)\\])?";

  private static final Pattern TEXT =
      Pattern.compile(
          "(?:(?:(?<year>\\d{4})([-/.])(?<month>\\d{1,2})\\2(?<day>\\d{1,2})"
              + "|(?<first>\\d{1,2})(?<mark>[-/.])(?<other>\\d{1,2})\\k<mark>(?<lastYear>\\d{4}))"
              + "(?:(?:[Tt]|\\s+)"
              + TIME
              + ")?)");

  private static final Pattern DIGITS = Pattern.compile("(?:19|20)\\d{12}");

  private static final Pattern TIME_OF_DAY = Pattern.compile(TIME);

  private final ZoneId zone;
  private final DateOrder order;
  private final ZoneShift shift;

  /**
   * @param zone of what names none
   * @param order of dates like 03/04/2026
   */
  public TimeReading(ZoneId zone, DateOrder order) {
    this.zone = zone;
    this.order = order;
    this.shift = zone.equals(ZoneOffset.UTC) ? ZoneShift.UTC : new ZoneShift(zone);
  }

  /**
   * @param zone its identifier, such as Europe/Berlin; empty: UTC
   * @param order of dates like 03/04/2026
   * @throws IllegalArgumentException if there is no such zone
   */
  public static TimeReading of(String zone, DateOrder order) {
    if (zone.isEmpty()) {
      return order == DateOrder.UNSTATED ? UTC : new TimeReading(ZoneOffset.UTC, order);
    }
    try {
      return new TimeReading(ZoneId.of(zone), order);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "zone \"" + zone + "\", expected one like Europe/Berlin or UTC", e);
    }
  }

  /** Of the zone of what names none. */
  ZoneShift shift() {
    return shift;
  }

  /** Seconds since 1970 of a text, which may be a plain number, or NaN if it is no time. */
  public double ofText(String text) {
    String stripped = FieldText.strip(text);
    double number = FieldText.number(stripped);
    return Double.isNaN(number) ? ofDate(stripped) : ofNumber(number);
  }

  /** Seconds since 1970 of a plain number, or NaN if its digits are of a date that there is not. */
  public double ofNumber(double number) {
    return CompactTime.is(number)
        ? shift.toInstant(CompactTime.wallClock(number))
        : TimeValue.ofNumber(number);
  }

  /** Seconds since 1970 of a date or a time of day, or NaN if a text is none. */
  public double ofDate(String stripped) {
    if (stripped.isEmpty() || stripped.charAt(0) < '0' || stripped.charAt(0) > '9') {
      return Double.NaN;
    }
    if (DIGITS.matcher(stripped).matches()) {
      return ofNumber(FieldText.number(stripped));
    }
    try {
      Matcher date = TEXT.matcher(stripped);
      if (date.matches()) {
        return seconds(date(date), date);
      }
      Matcher time = TIME_OF_DAY.matcher(stripped);
      return time.matches() ? seconds(LocalDate.EPOCH, time) : Double.NaN;
    } catch (DateTimeException thereIsNoSuchDate) {
      return Double.NaN;
    }
  }

  private LocalDate date(Matcher text) {
    if (text.group("year") != null) {
      return LocalDate.of(number(text, "year"), number(text, "month"), number(text, "day"));
    }
    int first = number(text, "first");
    int other = number(text, "other");
    int year = number(text, "lastYear");
    if (text.group("mark").equals(".") || order == DateOrder.DAY_FIRST) {
      return LocalDate.of(year, other, first);
    }
    if (order == DateOrder.MONTH_FIRST) {
      return LocalDate.of(year, first, other);
    }
    throw new DateTimeException("the order of day and month is not stated");
  }

  private double seconds(LocalDate date, Matcher text) {
    if (text.group("hour") == null) {
      return seconds(date.atStartOfDay(zone).toInstant());
    }
    LocalDateTime local = date.atTime(timeOfDay(text));
    String offset = text.group("offset");
    if (offset != null) {
      return seconds(OffsetDateTime.of(local, offset(offset)).toInstant());
    }
    String named = text.group("zone");
    return seconds(ZonedDateTime.of(local, named == null ? zone : ZoneId.of(named)).toInstant());
  }

  private static LocalTime timeOfDay(Matcher text) {
    int hour = number(text, "hour");
    if (text.group("half") != null) {
      boolean afternoon = text.group("half").toLowerCase(Locale.ROOT).equals("p");
      if (hour < 1 || hour > 12) {
        throw new DateTimeException("no such hour");
      }
      hour = hour % 12 + (afternoon ? 12 : 0);
    }
    String fraction = text.group("fraction");
    return LocalTime.of(
        hour,
        number(text, "minute"),
        text.group("second") == null ? 0 : number(text, "second"),
        fraction == null ? 0 : Integer.parseInt((fraction + "00000000").substring(0, 9)));
  }

  private static ZoneOffset offset(String text) {
    return Character.isLetter(text.charAt(0)) ? ZoneOffset.UTC : ZoneOffset.of(text);
  }

  private static int number(Matcher text, String group) {
    return Integer.parseInt(text.group(group));
  }

  private static double seconds(Instant instant) {
    return instant.getEpochSecond() + 1e-9 * instant.getNano();
  }

  /**
   * Seconds since 1970 of a field's value.
   *
   * @param value not null
   * @param schema schema of the field, whose logical type gives the unit
   * @return NaN if the value is no time
   */
  double of(Object value, Schema schema) {
    if (value instanceof Instant instant) {
      return seconds(instant);
    }
    if (value instanceof LocalDateTime local) {
      return seconds(local.atZone(zone).toInstant());
    }
    if (value instanceof LocalDate date) {
      return seconds(date.atStartOfDay(zone).toInstant());
    }
    if (value instanceof LocalTime time) {
      return seconds(time.atDate(LocalDate.EPOCH).atZone(zone).toInstant());
    }
    if (value instanceof CharSequence text) {
      return ofText(text.toString());
    }
    if (!(value instanceof Number number)) {
      return Double.NaN;
    }
    return ofNumber(number.doubleValue(), schema);
  }

  private double ofNumber(double number, Schema schema) {
    double seconds = ofLogical(number, schema);
    return Double.isNaN(seconds) ? ofNumber(number) : seconds;
  }

  /** By the logical type of a schema, or of one of its branches; NaN if none is of time. */
  private double ofLogical(double number, Schema schema) {
    if (schema.getType() == Schema.Type.UNION) {
      List<Schema> branches = schema.getTypes();
      for (int i = 0; i < branches.size(); i++) {
        double seconds = ofLogical(number, branches.get(i));
        if (!Double.isNaN(seconds)) {
          return seconds;
        }
      }
      return Double.NaN;
    }
    LogicalType type = schema.getLogicalType();
    double instantUnit = unitOfInstants(type);
    return Double.isNaN(instantUnit)
        ? shift.toInstant(number * unitOfWallClocks(type))
        : number * instantUnit;
  }

  private static double unitOfInstants(LogicalType type) {
    if (type instanceof LogicalTypes.TimestampMillis) {
      return 1e-3;
    }
    if (type instanceof LogicalTypes.TimestampMicros) {
      return 1e-6;
    }
    return type instanceof LogicalTypes.TimestampNanos ? 1e-9 : Double.NaN;
  }

  private static double unitOfWallClocks(LogicalType type) {
    if (type instanceof LogicalTypes.LocalTimestampMillis
        || type instanceof LogicalTypes.TimeMillis) {
      return 1e-3;
    }
    if (type instanceof LogicalTypes.LocalTimestampMicros
        || type instanceof LogicalTypes.TimeMicros) {
      return 1e-6;
    }
    if (type instanceof LogicalTypes.LocalTimestampNanos) {
      return 1e-9;
    }
    return type instanceof LogicalTypes.Date ? SECONDS_OF_A_DAY : Double.NaN;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TimeReading reading
        && reading.zone.equals(zone)
        && reading.order == order;
  }

  @Override
  public int hashCode() {
    return Objects.hash(zone, order);
  }
}
