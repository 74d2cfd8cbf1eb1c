package io.lowtide.trainer.report;

import java.util.Arrays;

/**
 * The part of a scale that a picture shows.
 *
 * @param low where it begins
 * @param high where it ends, above that
 */
public record Span(double low, double high) {

  private static final double MARGIN = 0.04;

  /**
   * Of values, but the outermost.
   *
   * @param outside share of the values of each set, at each end, that may lie outside
   * @param sets values, in any order
   */
  static Span of(FieldScale scale, double outside, double[]... sets) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double[] set : sets) {
      double[] sorted =
          Arrays.stream(set).map(scale::of).filter(Double::isFinite).sorted().toArray();
      if (sorted.length > 0) {
        int skipped = (int) (outside * sorted.length);
        low = Math.min(low, sorted[skipped]);
        high = Math.max(high, sorted[sorted.length - 1 - skipped]);
      }
    }
    if (!(high > low)) {
      double middle = Double.isFinite(low) ? low : 0;
      double half = Math.max(0.5, Math.abs(middle) * 1e-3);
      return new Span(middle - half, middle + half);
    }
    double margin = MARGIN * (high - low);
    return new Span(low - margin, high + margin);
  }

  /** How long it is. */
  public double width() {
    return high - low;
  }

  /**
   * Which of so many equal parts a point is in, from 0; -1 if it is in none, or no number.
   *
   * @param scaled a point of the scale
   */
  int part(double scaled, int parts) {
    double part = Math.floor((scaled - low) / width() * parts);
    return part >= 0 && part < parts ? (int) part : -1;
  }
}
