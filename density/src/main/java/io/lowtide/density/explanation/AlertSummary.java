package io.lowtide.density.explanation;

import io.lowtide.schemas.FieldContribution;
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

  /** Beyond this the tail is an extrapolation that no figure should be read from. */
  private static final double LARGEST_SEVERITY = 6;

  private static final int DIGITS = 4;

  private AlertSummary() {}

  /**
   * @param severity -log10 of the tail probability
   * @param contributions strongest (most negative) first
   */
  public static String of(double severity, List<FieldContribution> contributions) {
    return rarity(severity) + ": " + fields(contributions) + ".";
  }

  private static String rarity(double severity) {
    if (severity >= LARGEST_SEVERITY) {
      return "Fewer than 1 in 1,000,000 normal records are this improbable";
    }
    return "About 1 in "
        + String.format(Locale.ROOT, "%,d", oneIn(severity))
        + " normal records is this improbable";
  }

  /** Two significant digits: more would pretend to a precision that no tail has. */
  private static long oneIn(double severity) {
    return BigDecimal.valueOf(Math.pow(10, severity)).round(new MathContext(2)).longValue();
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
