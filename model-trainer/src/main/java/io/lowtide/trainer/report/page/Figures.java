package io.lowtide.trainer.report.page;

import io.lowtide.density.explanation.AlertSummary;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers and names as the report writes them. */
final class Figures {

  private static final int LONGEST_NAME = 60;

  /** Beyond these a tick has an exponent. */
  private static final double LEAST_PLAIN = 1e-3;

  private static final double MOST_PLAIN = 1e5;

  /** Those that a round number has, also where a narrow axis lies far from 0. */
  private static final MathContext TEN_DIGITS = new MathContext(10);

  private Figures() {}

  /** A number of any size, four digits of it. */
  static String number(double value) {
    return AlertSummary.number(value).replace('-', '\u2212');
  }

  /** The same, or as many more as tell it from others so near. */
  static String number(double value, double scale) {
    return AlertSummary.number(value, scale).replace('-', '\u2212');
  }

  /** A round number beside an axis, as short as it goes. */
  static String tick(double value) {
    double size = Math.abs(value);
    if (size == 0) {
      return "0";
    }
    BigDecimal rounded = BigDecimal.valueOf(value).round(TEN_DIGITS).stripTrailingZeros();
    if (size >= LEAST_PLAIN && size < MOST_PLAIN) {
      return rounded.toPlainString().replace('-', '\u2212');
    }
    int exponent = rounded.precision() - rounded.scale() - 1;
    String digits = rounded.scaleByPowerOfTen(-exponent).toPlainString();
    return (digits + "e" + exponent).replace('-', '\u2212');
  }

  /** With so many decimals. */
  static String fixed(int decimals, double value) {
    return Double.isFinite(value)
        ? String.format(Locale.ROOT, "%,." + decimals + "f", value).replace('-', '\u2212')
        : "none";
  }

  /** With a sign. */
  static String signed(int decimals, double value) {
    return (value > 0 ? "+" : "") + fixed(decimals, value);
  }

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** A share as a percentage, three digits of it. */
  static String percent(double share) {
    if (!Double.isFinite(share)) {
      return "none";
    }
    double percent = 100 * share;
    int decimals =
        percent >= 99.95 || percent == 0 ? 0 : percent >= 10 ? 1 : percent >= 0.1 ? 2 : 3;
    return fixed(decimals, percent) + "\u00a0%";
  }

  /** A duration. */
  static String seconds(double seconds) {
    if (seconds >= 5_400) {
      return fixed(1, seconds / 3_600) + "\u00a0h";
    }
    return seconds >= 120 ? fixed(1, seconds / 60) + "\u00a0min" : fixed(1, seconds) + "\u00a0s";
  }

  /** A name, cut where it is too long for its place. */
  static String name(String name) {
    return shortened(name, LONGEST_NAME);
  }

  /** A text of so many characters at most. */
  static String shortened(String text, int most) {
    return text.codePointCount(0, text.length()) <= most
        ? text
        : text.substring(0, text.offsetByCodePoints(0, most - 1)) + "\u2026";
  }

  /** A coordinate. */
  static String at(double position) {
    double rounded = Math.round(position * 10) / 10.0;
    return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
  }
}
