package io.lowtide.density.explanation;

import io.lowtide.density.calibration.Rarity;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.schemas.SeverityLevel;
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

  private AlertSummary() {}

  /**
   * @param rarity how improbable the record is
   * @param contributions strongest (most negative) first
   */
  public static String of(Rarity rarity, List<FieldContribution> contributions) {
    return level(rarity) + ", " + told(rarity) + ": " + fields(contributions) + ".";
  }

  /** One that is not the highest, and may be higher, is not told as if it were known. */
  private static String level(Rarity rarity) {
    SeverityLevel level = rarity.level();
    boolean known = !rarity.orMore() || level == SeverityLevel.CRITICAL;
    return known ? level.name() : "At least " + level;
  }

  private static String told(Rarity rarity) {
    return String.format(
        Locale.ROOT,
        rarity.orMore()
            ? "fewer than 1 in %,d normal records are this improbable"
            : "about 1 in %,d normal records is this improbable",
        rarity.oneIn());
  }

  private static String fields(List<FieldContribution> contributions) {
    double total = 0;
    for (FieldContribution contribution : contributions) {
      total += Math.min(0, contribution.getContribution());
    }
    List<String> named = new ArrayList<>();
    double explained = 0;
    for (FieldContribution contribution : contributions) {
      if (contribution.getContribution() >= 0
          || named.size() == MOST_FIELDS
          || explained <= SHARE_TO_NAME * total) {
        break;
      }
      explained += contribution.getContribution();
      named.add(
          contribution.getField()
              + " is "
              + value(contribution)
              + " (normal here: "
              + normalValue(contribution)
              + ")");
    }
    return named.isEmpty() ? "no field stands out by itself" : joined(named);
  }

  /** Value of a field in the record, for a person. */
  public static String value(FieldContribution contribution) {
    return contribution.getText() != null
        ? contribution.getText()
        : number(contribution.getValue());
  }

  /** Value of a field in the nearest normal record, for a person. */
  public static String normalValue(FieldContribution contribution) {
    return contribution.getNormalText() != null
        ? contribution.getNormalText()
        : number(contribution.getNormalValue());
  }

  private static String joined(List<String> parts) {
    int last = parts.size() - 1;
    return last == 0
        ? parts.get(0)
        : String.join(", ", parts.subList(0, last)) + " and " + parts.get(last);
  }

  /** Four significant digits, plain where that stays readable. */
  public static String number(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    BigDecimal rounded = BigDecimal.valueOf(value).round(new MathContext(DIGITS));
    double magnitude = Math.abs(value);
    if (magnitude != 0 && (magnitude >= 1e7 || magnitude < 1e-4)) {
      return String.format(Locale.ROOT, "%.3e", value);
    }
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }
}
