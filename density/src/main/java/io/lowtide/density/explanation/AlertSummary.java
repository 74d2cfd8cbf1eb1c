package io.lowtide.density.explanation;

import io.lowtide.density.calibration.Rarity;
import io.lowtide.schemas.ExplanationKind;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.schemas.SeverityLevel;
import io.lowtide.schemas.UnusualPattern;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Says in one sentence what is unusual about a record. */
public final class AlertSummary {

  private static final int MOST_FIELDS = 3;

  /** Fields are named until they account for this share of what makes the record improbable. */
  private static final double SHARE_TO_NAME = 0.8;

  private static final int DIGITS = 4;

  /** Digits of what tells a number from others near it. */
  private static final int DIGITS_OF_SCALE = 2;

  /** Of a double. */
  private static final int MOST_DIGITS = 17;

  /** Digits before the point of a number that is still told without an exponent. */
  private static final int LONGEST_PLAIN = 7;

  private AlertSummary() {}

  /**
   * @param rarity how improbable the record is
   * @param explanation why
   */
  public static String of(Rarity rarity, Explanation explanation) {
    return level(rarity) + ": " + what(explanation) + "; " + told(rarity) + ".";
  }

  /** One that is not the highest, and may be higher, is not told as if it were known. */
  private static String level(Rarity rarity) {
    SeverityLevel level = rarity.level();
    boolean known = !rarity.orMore() || level == SeverityLevel.CRITICAL;
    return known ? level.name() : "At least " + level;
  }

  private static String told(Rarity rarity) {
    String oneIn = grouped(rarity.oneIn());
    return rarity.orMore()
        ? "fewer than 1 in " + oneIn + " normal records are this improbable"
        : "about 1 in " + oneIn + " normal records is this improbable";
  }

  /** By thousands; not by a format, which takes as long as some scores. */
  private static String grouped(long number) {
    StringBuilder digits = new StringBuilder(Long.toString(number));
    for (int at = digits.length() - 3; at > 0; at -= 3) {
      digits.insert(at, ',');
    }
    return digits.toString();
  }

  private static String what(Explanation explanation) {
    List<FieldContribution> named = named(explanation.contributions());
    if (named.isEmpty()) {
      return "no field stands out by itself";
    }
    String list = joined(named);
    if (explanation.kind() == ExplanationKind.BRIEF) {
      return "at a first look, " + list;
    }
    return switch (explanation.pattern().orElse(UnusualPattern.GROUP)) {
      case FIELD -> list;
      case GROUP -> list + (named.size() > 1 ? ", which do not fit the other fields" : "");
      case JOINT -> "the fields do not fit together, most of all " + list;
    };
  }

  /** The strongest, until they account for most of what makes the record improbable. */
  private static List<FieldContribution> named(List<FieldContribution> contributions) {
    double total = 0;
    for (FieldContribution contribution : contributions) {
      total += Math.min(0, contribution.getContribution());
    }
    List<FieldContribution> named = new ArrayList<>();
    double explained = 0;
    for (FieldContribution contribution : contributions) {
      if (contribution.getContribution() >= 0
          || named.size() == MOST_FIELDS
          || explained <= SHARE_TO_NAME * total) {
        break;
      }
      explained += contribution.getContribution();
      named.add(contribution);
    }
    return named;
  }

  private static String told(FieldContribution contribution) {
    String expected = expected(contribution);
    return contribution.getField()
        + " is "
        + value(contribution)
        + (expected.isEmpty() ? "" : " (expected " + expected + ")");
  }

  /**
   * What is expected of a field, for a person: a range where there is one, else the value in the
   * nearest normal record; empty where nothing is known.
   */
  public static String expected(FieldContribution contribution) {
    if (contribution.getExpectedLow() == null || contribution.getExpectedHigh() == null) {
      return normalValue(contribution);
    }
    double scale = scale(contribution);
    String low = number(contribution.getExpectedLow(), scale);
    String high = number(contribution.getExpectedHigh(), scale);
    return low.equals(high) ? low : low + " to " + high;
  }

  /** Value of a field in the record, for a person. */
  public static String value(FieldContribution contribution) {
    return contribution.getText() != null
        ? contribution.getText()
        : number(contribution.getValue(), Math.max(scale(contribution), distance(contribution)));
  }

  /** Value of a field in the nearest normal record, for a person; empty where none is known. */
  public static String normalValue(FieldContribution contribution) {
    if (contribution.getNormalText() != null) {
      return contribution.getNormalText();
    }
    return contribution.getNormalValue() == null
        ? ""
        : number(contribution.getNormalValue(), scale(contribution));
  }

  /** How far apart the numbers of a field lie: the range's width, else the value's distance. */
  private static double scale(FieldContribution contribution) {
    Double low = contribution.getExpectedLow();
    Double high = contribution.getExpectedHigh();
    return low != null && high != null && high > low ? high - low : distance(contribution);
  }

  /** Of the value from what is expected; 0 where one is not known. */
  private static double distance(FieldContribution contribution) {
    Double value = contribution.getValue();
    Double normal = contribution.getNormalValue();
    Double low = contribution.getExpectedLow() == null ? normal : contribution.getExpectedLow();
    Double high = contribution.getExpectedHigh() == null ? normal : contribution.getExpectedHigh();
    if (value == null || low == null || high == null) {
      return 0;
    }
    return Math.max(0, Math.max(low - value, value - high));
  }

  private static String joined(List<FieldContribution> named) {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < named.size(); i++) {
      list.append(i == 0 ? "" : i < named.size() - 1 ? ", " : " and ").append(told(named.get(i)));
    }
    return list.toString();
  }

  /** Four significant digits, plain where that stays readable. */
  public static String number(double value) {
    return number(value, 0);
  }

  /**
   * Four significant digits, or as many more as tell the value from others so near: of 48.1 and a
   * scale of 0.00002 it is nine.
   *
   * @param value to tell
   * @param scale how far others are away; 0 if there are none
   */
  public static String number(double value, double scale) {
    double ratio = Math.abs(value) / scale;
    int digits =
        scale > 0 && ratio > 1 ? DIGITS_OF_SCALE + (int) Math.ceil(Math.log10(ratio)) : DIGITS;
    return rounded(value, Math.min(Math.max(digits, DIGITS), MOST_DIGITS));
  }

  private static String rounded(double value, int digits) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    BigDecimal rounded = BigDecimal.valueOf(value).round(new MathContext(digits));
    double magnitude = Math.abs(value);
    double longest = Math.pow(10, Math.max(LONGEST_PLAIN, digits));
    if (magnitude != 0 && (magnitude >= longest || magnitude < 1e-4)) {
      return String.format(Locale.ROOT, "%." + (digits - 1) + "e", value);
    }
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }
}
