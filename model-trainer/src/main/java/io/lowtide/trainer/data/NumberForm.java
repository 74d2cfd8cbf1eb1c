package io.lowtide.trainer.data;

import io.lowtide.density.feature.FieldText;
import java.util.Currency;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How a column writes its numbers: with a decimal point or a comma, thousands in groups, and one
 * unit, a percent sign or a currency.
 *
 * @param decimalMark what stands before the fraction
 * @param unit a percent sign or a currency, which any value may have; empty: none
 */
record NumberForm(DecimalMark decimalMark, String unit) {

  /** As Java, JSON and most programs write them. */
  static final NumberForm PLAIN = new NumberForm(DecimalMark.POINT, "");

  private static final Set<String> CURRENCIES =
      Currency.getAvailableCurrencies().stream()
          .map(Currency::getCurrencyCode)
          .collect(Collectors.toUnmodifiableSet());

  private static final int CODE = 3;

  /** The percent sign or the currency that a text has before or behind a number; empty if none. */
  static String unitOf(String text) {
    int last = text.length() - 1;
    if (last < 1) {
      return "";
    }
    if (text.charAt(last) == '%' || isCurrency(text.charAt(last))) {
      return text.substring(last);
    }
    int first = text.charAt(0) == '-' || text.charAt(0) == '(' ? 1 : 0;
    if (isCurrency(text.charAt(first))) {
      return text.substring(first, first + 1);
    }
    if (text.length() > CODE) {
      String front = text.substring(0, CODE);
      String back = text.substring(text.length() - CODE);
      return CURRENCIES.contains(front) ? front : CURRENCIES.contains(back) ? back : "";
    }
    return "";
  }

  private static boolean isCurrency(char c) {
    return Character.getType(c) == Character.CURRENCY_SYMBOL;
  }

  /**
   * The number.
   *
   * @param text without blanks around it
   * @return NaN if it is not written in this way
   */
  double parse(String text) {
    if (equals(PLAIN)) {
      double plain = FieldText.number(text);
      return Double.isNaN(plain) ? ofGroups(text, decimalMark) : plain;
    }
    String number = text;
    if (!unit.isEmpty()) {
      int at = text.indexOf(unit);
      if (at >= 0) {
        number = FieldText.strip(text.substring(0, at) + text.substring(at + unit.length()));
      }
    }
    if (number.length() > 2 && number.startsWith("(") && number.endsWith(")")) {
      // As accountants write what is below zero.
      return -ofGroups(FieldText.strip(number.substring(1, number.length() - 1)), decimalMark);
    }
    if (number.length() > 1 && number.startsWith("-")) {
      return -ofGroups(FieldText.strip(number.substring(1)), decimalMark);
    }
    return ofGroups(number, decimalMark);
  }

  /** A number whose thousands may be in groups; NaN if it is none. */
  static double ofGroups(String text, DecimalMark mark) {
    StringBuilder plain = new StringBuilder(text.length());
    char group = 0;
    int digits = 0;
    boolean fraction = false;
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c >= '0' && c <= '9') {
        digits++;
        plain.append(c);
      } else if (c == mark.character() && !fraction) {
        if (group != 0 && digits != CODE) {
          return Double.NaN;
        }
        fraction = true;
        plain.append('.');
      } else if (isGroupMark(c) && !fraction) {
        boolean fits =
            group == 0 ? digits >= 1 && digits <= CODE && first(plain) != '0' : digits == CODE;
        if (!fits || group != 0 && c != group) {
          return Double.NaN;
        }
        group = c;
        digits = 0;
      } else if ((c == '-' || c == '+') && at == 0) {
        plain.append(c);
      } else if ((c == 'e' || c == 'E') && group == 0) {
        return FieldText.number(plain.append(text, at, text.length()).toString());
      } else {
        return Double.NaN;
      }
    }
    return group != 0 && !fraction && digits != CODE
        ? Double.NaN
        : FieldText.number(plain.toString());
  }

  private static char first(StringBuilder plain) {
    return plain.charAt(Character.isDigit(plain.charAt(0)) ? 0 : 1);
  }

  private static boolean isGroupMark(char c) {
    return c == ','
        || c == '.'
        || c == ' '
        || c == '\u00a0'
        || c == '\u202f'
        || c == '\u2009'
        || c == '\''
        || c == '\u2019';
  }
}
