package io.lowtide.trainer.feature;

import io.lowtide.density.feature.CategoryText;
import java.util.Locale;

/** Words in which it is said what a column is like. */
final class Reason {

  private Reason() {}

  static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  static String number(double number) {
    return CategoryText.of(number);
  }

  /** How many records lack the value; empty if none does. */
  static String missing(int present, int records) {
    return present == records
        ? ""
        : format(", missing in %,d of %,d records", records - present, records);
  }
}
