package io.lowtide.trainer.feature;

import io.lowtide.schemas.ConstantFeature;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.FeatureTransform;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Infers from training records how each column becomes a number for the flow:
 *
 * <ul>
 *   <li>a column with one value is left out of the flow and counted as a constant
 *   <li>a column is asinh-transformed around its median when its outer quantiles lie far further
 *       out than a Gaussian's would
 *   <li>a column whose values repeat, as integers and rounded readings do, is dequantised in
 *       training by its own resolution, so that the density stays finite
 *   <li>every column is standardised
 * </ul>
 */
public final class FeatureInference {

  private static final Logger LOG = LoggerFactory.getLogger(FeatureInference.class);

  /** Distance of a Gaussian's 0.1 % quantile from its median, in interquartile ranges. */
  private static final double GAUSSIAN_REACH = 3.0902 / 1.3490;

  /** A tail this many times further out than a Gaussian's counts as heavy. */
  private static final double HEAVY = 2.5;

  /** A column repeats its values when fewer than this fraction of them are distinct. */
  private static final double REPEATING = 0.5;

  private FeatureInference() {}

  /**
   * Infers the specification of every column.
   *
   * @param table training records, at least two rows
   * @param smoothing standard deviation of the Gaussian noise added in training, in standardised
   *     units
   * @throws DataException if no column varies
   */
  public static FeatureSpecification infer(Table table, double smoothing) {
    List<ContinuousFeature> continuous = new ArrayList<>();
    List<ConstantFeature> constants = new ArrayList<>();
    for (int index = 0; index < table.columns().size(); index++) {
      String name = table.columns().get(index);
      double[] sorted = table.column(index);
      Arrays.sort(sorted);
      if (sorted[0] == sorted[sorted.length - 1]) {
        LOG.warn(
            "Column \"{}\" is constant ({}) in all {} records: left out of the flow",
            name,
            sorted[0],
            sorted.length);
        constants.add(new ConstantFeature(name, sorted[0], 1.0 / (sorted.length + 2)));
      } else {
        continuous.add(feature(name, sorted, smoothing));
      }
    }
    if (continuous.isEmpty()) {
      throw new DataException(
          table.source() + ": every column is constant, expected at least one that varies");
    }
    return new FeatureSpecification(continuous, constants);
  }

  private static ContinuousFeature feature(String name, double[] sorted, double smoothing) {
    double median = quantile(sorted, 0.5);
    double range = quantile(sorted, 0.75) - quantile(sorted, 0.25);
    double reach = Math.max(quantile(sorted, 0.999) - median, median - quantile(sorted, 0.001));
    boolean heavy = range > 0 && reach > HEAVY * GAUSSIAN_REACH * range;
    FeatureTransform transform = heavy ? FeatureTransform.ASINH : FeatureTransform.IDENTITY;
    double shift = heavy ? median : 0;
    double scale = heavy ? range : 1;
    double[] transformed = new double[sorted.length];
    for (int i = 0; i < sorted.length; i++) {
      transformed[i] = heavy ? asinh((sorted[i] - shift) / scale) : sorted[i];
    }
    double mean = Arrays.stream(transformed).average().orElseThrow();
    double variance =
        Arrays.stream(transformed).map(y -> (y - mean) * (y - mean)).average().orElseThrow();
    return new ContinuousFeature(
        name,
        transform,
        shift,
        scale,
        mean,
        Math.sqrt(variance),
        resolution(sorted),
        smoothing,
        sorted[0],
        sorted[sorted.length - 1]);
  }

  /** The smallest gap between different values, where values repeat; else 0. */
  private static double resolution(double[] sorted) {
    int distinct = 1;
    double gap = Double.POSITIVE_INFINITY;
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i] != sorted[i - 1]) {
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
