package io.lowtide.density.feature;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a text means: a missing value, a number, a truth value or the name of a category. The one
 * place that decides it, for CSV files, Avro files and topics alike, so that a value has one score
 * wherever it comes from. Blanks around a text never count. Immutable.
 */
public final class FieldText {

  /** Texts that stand for a missing value where nobody says otherwise. */
  public static final List<String> USUAL_MISSING_TEXTS =
      List.of(
          "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "null", "NULL", "None", "\\N", "-",
          "?");

  /** The empty text alone stands for a missing value. */
  public static final FieldText PLAIN = new FieldText(List.of());

  /** The usual texts stand for a missing value. */
  public static final FieldText USUAL = new FieldText(USUAL_MISSING_TEXTS);

  /** Up to so many digits a number is exact, and so are these powers of ten. */
  private static final int EXACT_DIGITS = 15;

  private static final double[] POWERS = new double[23];

  static {
    for (int i = 0; i < POWERS.length; i++) {
      POWERS[i] = Double.parseDouble("1e" + i);
    }
  }

  private static final Set<String> TRUE = Set.of("true", "t", "yes", "y", "on", "1");
  private static final Set<String> FALSE = Set.of("false", "f", "no", "n", "off", "0");
  private static final int LONGEST_TRUTH = 5;

  private final List<String> missingTexts;
  private final Set<String> missing;
  private final double[] missingNumbers;

  /**
   * @param missingTexts texts that stand for a missing value, besides the empty one; one that is a
   *     number stands for a missing value as a number, too
   */
  public FieldText(Collection<String> missingTexts) {
    this.missingTexts = missingTexts.stream().map(FieldText::strip).distinct().toList();
    this.missing = new HashSet<>(this.missingTexts);
    this.missingNumbers =
        this.missingTexts.stream()
            .mapToDouble(FieldText::number)
            .filter(x -> !Double.isNaN(x))
            .toArray();
  }

  /** The texts that stand for a missing value, besides the empty one. */
  public List<String> missingTexts() {
    return missingTexts;
  }

  /** Whether a text, without blanks around it, stands for a missing value. */
  public boolean isMissing(String stripped) {
    return stripped.isEmpty()
        || missing.contains(stripped)
        || missingNumbers.length > 0 && isMissing(number(stripped));
  }

  /** Whether a number stands for a missing value; NaN does not. */
  public boolean isMissing(double number) {
    for (double one : missingNumbers) {
      if (number == one) {
        return true;
      }
    }
    return false;
  }

  /** A text without the blanks around it, those that do not break among them. */
  public static String strip(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && isBlank(text.charAt(from))) {
      from++;
    }
    while (to > from && isBlank(text.charAt(to - 1))) {
      to--;
    }
    return from == 0 && to == text.length() ? text : text.substring(from, to);
  }

  private static boolean isBlank(char c) {
    return c <= ' ' || c > 127 && (Character.isWhitespace(c) || Character.isSpaceChar(c));
  }

  /**
   * The number that a text is: digits with a decimal point and an exponent if need be. What Java
   * takes for numbers besides, such as {@code 1D}, {@code 0x1p3} and {@code Infinity}, is none.
   *
   * @param stripped without blanks around it
   * @return infinite if it is too large, NaN if it is no number
   */
  public static double number(String stripped) {
    int length = stripped.length();
    int at = 0;
    boolean negative = false;
    if (length > 0 && (stripped.charAt(0) == '-' || stripped.charAt(0) == '+')) {
      negative = stripped.charAt(0) == '-';
      at = 1;
    }
    long digits = 0;
    int count = 0;
    int significant = 0;
    int scale = 0;
    boolean point = false;
    for (; at < length; at++) {
      char c = stripped.charAt(at);
      if (c >= '0' && c <= '9') {
        count++;
        significant += significant > 0 || c != '0' ? 1 : 0;
        if (significant <= EXACT_DIGITS) {
          digits = 10 * digits + (c - '0');
        }
        scale += point ? 1 : 0;
      } else if (c == '.' && !point) {
        point = true;
      } else {
        break;
      }
    }
    if (count == 0) {
      return Double.NaN;
    }
    if (at == length && significant <= EXACT_DIGITS && scale < POWERS.length) {
      // Both are exact, so that the quotient is the nearest double (Clinger 1990).
      double size = digits / POWERS[scale];
      return negative ? -size : size;
    }
    return at == length || isExponent(stripped, at) ? Double.parseDouble(stripped) : Double.NaN;
  }

  private static boolean isExponent(String text, int at) {
    if (text.charAt(at) != 'e' && text.charAt(at) != 'E') {
      return false;
    }
    int first = at + 1;
    if (first < text.length() && (text.charAt(first) == '-' || text.charAt(first) == '+')) {
      first++;
    }
    return first < text.length() && text.chars().skip(first).allMatch(c -> c >= '0' && c <= '9');
  }

  /**
   * The truth value that a text is: true, t, yes, y, on or 1, and false, f, no, n, off or 0, in
   * letters of any case.
   *
   * @param stripped without blanks around it
   * @return 1, 0, or NaN if it is none
   */
  public static double truth(String stripped) {
    if (stripped.length() > LONGEST_TRUTH) {
      return Double.NaN;
    }
    String lower = stripped.toLowerCase(Locale.ROOT);
    double number = number(lower);
    String word = number == 1 ? "1" : number == 0 ? "0" : lower;
    return TRUE.contains(word) ? 1 : FALSE.contains(word) ? 0 : Double.NaN;
  }

  /**
   * The name of a category as it is compared: a whole number without a decimal point and zeros
   * behind it, true and false in small letters, another text as it is. Digits with a zero in front,
   * or more of them than a double holds, are a text.
   *
   * @param stripped without blanks around it
   */
  public static String category(String stripped) {
    String lower = stripped.toLowerCase(Locale.ROOT);
    if (lower.equals("true") || lower.equals("false")) {
      return lower;
    }
    int point = stripped.indexOf('.');
    if (point <= 0 || point > EXACT_DIGITS || !isZeros(stripped, point + 1)) {
      return stripped;
    }
    String whole = stripped.substring(0, point);
    return isPlainWhole(whole) ? whole.equals("-0") ? "0" : whole : stripped;
  }

  private static boolean isZeros(String text, int from) {
    return text.chars().skip(from).allMatch(c -> c == '0');
  }

  private static boolean isPlainWhole(String text) {
    int first = text.startsWith("-") ? 1 : 0;
    return text.length() > first
        && (text.charAt(first) != '0' || text.length() == first + 1)
        && text.chars().skip(first).allMatch(c -> c >= '0' && c <= '9');
  }
}
