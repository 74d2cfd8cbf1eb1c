package io.lowtide.trainer.feature;

import io.lowtide.schemas.FeatureTransform;
import java.util.Arrays;

/**
 * T of one column: x, log(x + shift) or asinh((x - shift) / scale).
 *
 * @param kind which of them
 * @param shift in the column's units
 * @param scale in the column's units, positive
 */
record ColumnTransform(FeatureTransform kind, double shift, double scale) {

  /** Distance of a Gaussian's 0.1 % quantile from its median, in interquartile ranges. */
  private static final double GAUSSIAN_REACH = 3.0902 / 1.3490;

  /** A tail this many times further out than a Gaussian's counts as heavy. */
  private static final double HEAVY = 2.5;

  /** Share of the values at each end, and how many times larger they may make the deviation. */
  private static final double ENDS = 0.005;

  private static final double INFLATED = 2;

  private static final int LEAST_VALUES = 50;

  static final ColumnTransform IDENTITY = new ColumnTransform(FeatureTransform.IDENTITY, 0, 1);

  /**
   * The transform that a column asks for: asinh where its outer quantiles lie far further out than
   * a Gaussian's would, or where its outermost values alone make its scale.
   *
   * @param sorted its values, ascending, at least two of them different
   */
  static ColumnTransform inferred(double[] sorted) {
    double median = quantile(sorted, 0.5);
    double reach = Math.max(quantile(sorted, 0.999) - median, median - quantile(sorted, 0.001));
    double spread = spread(sorted, median);
    return reach > HEAVY * GAUSSIAN_REACH * spread || isScaledByItsEnds(sorted)
        ? new ColumnTransform(FeatureTransform.ASINH, median, spread)
        : IDENTITY;
  }

  private static boolean isScaledByItsEnds(double[] sorted) {
    int cut = (int) Math.max(1, ENDS * sorted.length);
    if (sorted.length < LEAST_VALUES) {
      return false;
    }
    double inner = deviation(Arrays.copyOfRange(sorted, cut, sorted.length - cut));
    return inner > 0 && deviation(sorted) > INFLATED * inner;
  }

  private static double deviation(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    return Math.sqrt(
        Arrays.stream(values).map(x -> (x - mean) * (x - mean)).average().orElseThrow());
  }

  /**
   * A transform of the kind that a person chose.
   *
   * @param sorted the column's values, ascending, at least two of them different
   */
  static ColumnTransform of(FeatureTransform kind, double[] sorted) {
    double median = quantile(sorted, 0.5);
    return switch (kind) {
      case IDENTITY -> IDENTITY;
      case ASINH -> new ColumnTransform(kind, median, spread(sorted, median));
      // Values down to zero: a shift of half the smallest positive one keeps them in the domain.
      case LOG -> new ColumnTransform(kind, sorted[0] > 0 ? 0 : shiftOver(sorted), 1);
    };
  }

  private static double shiftOver(double[] sorted) {
    double positive =
        Arrays.stream(sorted).map(x -> x - sorted[0]).filter(x -> x > 0).min().orElse(1);
    return positive / 2 - sorted[0];
  }

  /**
   * The interquartile range; where that is 0, the median distance of the other values from the
   * median. Neither is moved by a few values far out, as a placeholder like -9999 is.
   */
  private static double spread(double[] sorted, double median) {
    double range = quantile(sorted, 0.75) - quantile(sorted, 0.25);
    if (range > 0) {
      return range;
    }
    double[] distances =
        Arrays.stream(sorted).map(x -> Math.abs(x - median)).filter(x -> x > 0).sorted().toArray();
    return quantile(distances, 0.5);
  }

  private static double quantile(double[] sorted, double fraction) {
    double position = fraction * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }

  double apply(double x) {
    return switch (kind) {
      case IDENTITY -> x;
      case LOG -> Math.log(x + shift);
      case ASINH -> {
        double ratio = (x - shift) / scale;
        double magnitude = Math.abs(ratio);
        yield Math.copySign(Math.log(magnitude + Math.hypot(1, magnitude)), ratio);
      }
    };
  }

  /** T'(x). */
  double slope(double x) {
    return switch (kind) {
      case IDENTITY -> 1;
      case LOG -> 1 / (x + shift);
      case ASINH -> 1 / (scale * Math.hypot(1, (x - shift) / scale));
    };
  }
}
