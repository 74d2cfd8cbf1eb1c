package io.lowtide.density.feature;

import org.apache.avro.generic.GenericEnumSymbol;

/** Values of categories as the text that they are compared by. */
public final class CategoryText {

  /** Doubles up to here hold every whole number. */
  private static final double WHOLE = 1L << 53;

  private CategoryText() {}

  /**
   * A number as text; a whole one without a decimal point, one in single precision as it is written
   * there: 0.1, not 0.10000000149011612.
   */
  public static String of(double number) {
    if (number == Math.rint(number) && Math.abs(number) <= WHOLE) {
      return Long.toString((long) number);
    }
    return number == (float) number ? Float.toString((float) number) : Double.toString(number);
  }

  /** The text of a value of an Avro record, or null if it is nothing that can be a category. */
  static String of(Object value) {
    if (value instanceof CharSequence
        || value instanceof GenericEnumSymbol
        || value instanceof Enum
        || value instanceof Boolean
        || value instanceof Integer
        || value instanceof Long) {
      return value.toString();
    }
    return value instanceof Float || value instanceof Double
        ? of(((Number) value).doubleValue())
        : null;
  }
}
