package io.lowtide.trainer.feature;

import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureTransform;
import java.util.Arrays;

/**
 * Infers from training values how a continuous column is encoded: its transform, its location and
 * scale, its resolution.
 */
final class ContinuousInference {

  /** Distance of a Gaussian's 0.1 % quantile from its median, in interquartile ranges. */
  private static final double GAUSSIAN_REACH = 3.0902 / 1.3490;

  /** A tail this many times further out than a Gaussian's counts as heavy. */
  private static final double HEAVY = 2.5;

  /** A column repeats its values when fewer than this fraction of them are distinct. */
  private static final double REPEATING = 0.5;

  /** Gaps below this share of a column's range are rounding errors of its source. */
  private static final double ROUNDING = 1e-9;

  private ContinuousInference() {}

  /**
   * Infers how a column is encoded.
   *
   * @param name name of the column
   * @param sorted its training values, ascending, at least two of them different
   * @param smoothing standard deviation of the Gaussian noise added in training, in standardised
   *     units
   */
  static ContinuousFeature infer(String name, double[] sorted, double smoothing) {
    double median = quantile(sorted, 0.5);
    double range = quantile(sorted, 0.75) - quantile(sorted, 0.25);
    double reach = Math.max(quantile(sorted, 0.999) - median, median - quantile(sorted, 0.001));
    double deviation = deviation(sorted);
    double width = range > 0 ? range : deviation;
    boolean heavy = reach > HEAVY * GAUSSIAN_REACH * width;
    FeatureTransform transform = heavy ? FeatureTransform.ASINH : FeatureTransform.IDENTITY;
    double shift = heavy ? median : 0;
    double scale = heavy ? Math.max(range, deviation) : 1;
    double[] transformed = new double[sorted.length];
    for (int i = 0; i < sorted.length; i++) {
      transformed[i] = heavy ? asinh((sorted[i] - shift) / scale) : sorted[i];
    }
    double mean = Arrays.stream(transformed).average().orElseThrow();
    return new ContinuousFeature(
        name,
        transform,
        shift,
        scale,
        mean,
        deviation(transformed),
        resolution(sorted),
        smoothing,
        sorted[0],
        sorted[sorted.length - 1],
        0.0);
  }

  private static double deviation(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    return Math.sqrt(
        Arrays.stream(values).map(y -> (y - mean) * (y - mean)).average().orElseThrow());
  }

  /**
   * The smallest gap between different values, where values repeat; else 0. Values that differ by
   * rounding alone count as one.
   */
  private static double resolution(double[] sorted) {
    double rounding = ROUNDING * (sorted[sorted.length - 1] - sorted[0]);
    int distinct = 1;
    double gap = Double.POSITIVE_INFINITY;
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i] - sorted[i - 1] > rounding) {
        distinct++;
        gap = Math.min(gap, sorted[i] - sorted[i - 1]);
      }
    }
    return distinct < REPEATING * sorted.length ? gap : 0;
  }

  private static double quantile(double[] sorted, double fraction) {
    double position = fraction * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }

  private static double asinh(double x) {
    double magnitude = Math.abs(x);
    return Math.copySign(Math.log(magnitude + Math.hypot(1, magnitude)), x);
  }
}
