package io.lowtide.density.calibration;

import io.lowtide.schemas.SeverityLevel;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * A severity as people tell it: one in how many normal records is at least this improbable. It
 * means the same for every model, data set and budget, and so do the levels that follow from it.
 *
 * @param oneIn N of "one in N", two significant digits, between 1 and {@link #MOST}
 * @param orMore whether it may be one in any number more: neither the calibration records nor their
 *     tail can say
 */
public record Rarity(long oneIn, boolean orMore) {

  /** Beyond this any tail is an extrapolation that no figure should be read from. */
  public static final long MOST = 1_000_000;

  private static final double MOST_SEVERE = Math.log10(MOST);

  /** Of most records in a burst. */
  private static final Rarity CEILING = new Rarity(MOST, true);

  private static final long MEDIUM = 1_000;
  private static final long HIGH = 10_000;

  /** More digits would pretend to a precision that no tail has. */
  private static final MathContext TWO_DIGITS = new MathContext(2);

  /**
   * @param severity -log10 of a probability, at least 0; may be infinite
   * @param largest the largest severity that can be told, at least 0; may be infinite
   */
  static Rarity of(double severity, double largest) {
    if (Math.min(severity, largest) >= MOST_SEVERE) {
      return CEILING;
    }
    double most = Math.min(largest, MOST_SEVERE);
    double told = Math.min(severity, most);
    long oneIn = BigDecimal.valueOf(Math.pow(10, told)).round(TWO_DIGITS).longValue();
    return new Rarity(oneIn, severity >= most);
  }

  /** Its level: LOW below one in 1,000, MEDIUM below 10,000, HIGH below 1,000,000, or CRITICAL. */
  public SeverityLevel level() {
    if (oneIn >= MOST) {
      return SeverityLevel.CRITICAL;
    }
    if (oneIn >= HIGH) {
      return SeverityLevel.HIGH;
    }
    return oneIn >= MEDIUM ? SeverityLevel.MEDIUM : SeverityLevel.LOW;
  }
}
