package io.lowtide.density.feature;

import java.util.List;

/**
 * One value that a score takes.
 *
 * @param field field of the Avro record; dots descend into nested records
 * @param kind what it is read as
 * @param optional whether it may be missing
 * @param lag how many records of the same key back; 0: of the record itself
 * @param levels of a category: the values that have a number, in its order
 * @param times how a time is read
 * @param difference whether it is the change since the record of the same key before
 */
public record FeatureInput(
    String field,
    Kind kind,
    boolean optional,
    int lag,
    List<String> levels,
    TimeReading times,
    boolean difference) {

  /** A history of this length is kept for every key. */
  public static final int MOST_LAG = 10_000;

  /** Stands for a category that is none of the levels. */
  public static final double UNKNOWN_LEVEL = -1;

  /** What a value is read as; a missing one is NaN whatever the kind. */
  public enum Kind {
    /** A number. */
    NUMBER,
    /** A number that was 0 or 1 in training, so that truth values are read as such. */
    TRUTH,
    /** A point in time, in seconds since 1970-01-01T00:00Z. */
    TIME,
    /** The index of the level, or {@link #UNKNOWN_LEVEL}. */
    CATEGORY
  }

  /** Copies the levels. */
  public FeatureInput {
    levels = List.copyOf(levels);
  }

  /** A number of the record itself. */
  public static FeatureInput number(String field, boolean optional) {
    return new FeatureInput(field, Kind.NUMBER, optional, 0, List.of(), TimeReading.UTC, false);
  }

  /** A number that was 0 or 1 in training. */
  public static FeatureInput truth(String field, boolean optional) {
    return new FeatureInput(field, Kind.TRUTH, optional, 0, List.of(), TimeReading.UTC, false);
  }

  /** A point in time. */
  public static FeatureInput time(String field, boolean optional, TimeReading times) {
    return new FeatureInput(field, Kind.TIME, optional, 0, List.of(), times, false);
  }

  /** A category. */
  public static FeatureInput category(String field, boolean optional, List<String> levels) {
    return new FeatureInput(field, Kind.CATEGORY, optional, 0, levels, TimeReading.UTC, false);
  }

  /** A number that the field had some records before under the same key. */
  public static FeatureInput lagged(String field, int lag) {
    return new FeatureInput(field, Kind.NUMBER, true, lag, List.of(), TimeReading.UTC, false);
  }

  /** The change of a number since the record before under the same key. */
  public static FeatureInput change(String field) {
    return new FeatureInput(field, Kind.NUMBER, true, 0, List.of(), TimeReading.UTC, true);
  }

  /** Whether it takes what is remembered of the records before. */
  public boolean needsHistory() {
    return lag > 0 || difference;
  }

  /** Name of the value in a table: the field's, and for a lagged one how far back. */
  public String column() {
    if (difference) {
      return changeColumn(field);
    }
    return lag == 0 ? field : lagColumn(field, lag);
  }

  /** Name of a change in a table. */
  public static String changeColumn(String field) {
    return field + " [change]";
  }

  /** Name of a lagged value in a table. */
  public static String lagColumn(String field, int lag) {
    return field + " [" + lag + " before]";
  }
}
