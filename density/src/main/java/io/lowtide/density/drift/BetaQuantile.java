package io.lowtide.density.drift;

/**
 * Quantiles of beta distributions with whole parameters, which are those of the order statistics of
 * uniform numbers (David and Nagaraja 2003, section 2.3).
 */
final class BetaQuantile {

  private static final int BISECTIONS = 60;
  private static final double ACCURACY = 1e-15;
  private static final double TINY = 1e-300;

  /** Lanczos' coefficients for g = 7 (Godfrey 2001), good to 1e-15. */
  private static final double[] LANCZOS = {
    0.99999999999980993,
    676.5203681218851,
    -1259.1392167224028,
    771.32342877765313,
    -176.61502916214059,
    12.507343278686905,
    -0.13857109526572012,
    9.9843695780195716e-6,
    1.5056327351493116e-7
  };

  private static final double LANCZOS_SHIFT = 7.5;

  private BetaQuantile() {}

  /**
   * The number below which a Beta(a, b) variable is with a probability.
   *
   * @param probability between 0 and 1
   * @param a at least 1
   * @param b at least 1
   */
  static double of(double probability, long a, long b) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = (low + high) / 2;
      if (distribution(middle, a, b) < probability) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (low + high) / 2;
  }

  /** Probability that a Beta(a, b) variable is at most x, between 0 and 1. */
  static double distribution(double x, long a, long b) {
    if (x <= 0 || x >= 1) {
      return x <= 0 ? 0 : 1;
    }
    double front =
        Math.exp(
            logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
    boolean converges = x < (a + 1.0) / (a + b + 2.0);
    return converges ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b;
  }

  /** The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz' method. */
  private static double fraction(double x, double a, double b) {
    double c = 1;
    double d = inverse(1 - (a + b) * x / (a + 1));
    double value = d;
    double change = 0;
    for (int m = 1; Math.abs(change - 1) > ACCURACY && m < 100_000; m++) {
      double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
      d = inverse(1 + even * d);
      c = nonZero(1 + even / c);
      value *= d * c;
      double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
      d = inverse(1 + odd * d);
      c = nonZero(1 + odd / c);
      change = d * c;
      value *= change;
    }
    return value;
  }

  private static double inverse(double value) {
    return 1 / nonZero(value);
  }

  private static double nonZero(double value) {
    return Math.abs(value) < TINY ? TINY : value;
  }

  private static double logGamma(double x) {
    double sum = LANCZOS[0];
    for (int i = 1; i < LANCZOS.length; i++) {
      sum += LANCZOS[i] / (x - 1 + i);
    }
    double shifted = x - 1 + LANCZOS_SHIFT;
    return Math.log(2 * Math.PI) / 2 + (x - 0.5) * Math.log(shifted) - shifted + Math.log(sum);
  }
}
