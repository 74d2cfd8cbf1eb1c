package io.lowtide.trainer.feature;

import io.lowtide.schemas.ContextFeature;
import io.lowtide.schemas.ContextKind;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.DateOrder;
import io.lowtide.schemas.FeatureTransform;
import io.lowtide.schemas.Presence;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.feature.FieldRole.Continuous;
import java.util.Arrays;
import java.util.List;

/**
 * Infers from training values how a column of numbers is encoded: its transform, its location and
 * scale, its resolution, how often it is missing.
 */
final class ContinuousInference {

  /** A column repeats its values when fewer than this fraction of them are distinct. */
  private static final double REPEATING = 0.5;

  /** Gaps below this share of a value's distance from the median are rounding errors. */
  private static final double ROUNDING = 1e-9;

  /** Entropy of a standard normal, in nats: half of log(2 pi e). */
  private static final double STANDARD_ENTROPY = 0.5 * Math.log(2 * Math.PI * Math.E);

  private ContinuousInference() {}

  /**
   * Infers how a scored column is encoded.
   *
   * @param name name of the column
   * @param column its training values, NaN where missing, at least two of the others different
   * @param optional whether it may be missing
   * @param role what a person says of it
   * @param smoothing standard deviation of the Gaussian noise added in training where the role does
   *     not say, in standardised units
   * @throws DataException if the values cannot be standardised
   */
  static ContinuousFeature infer(
      String name, double[] column, boolean optional, Continuous role, double smoothing) {
    double[] sorted = present(column);
    ColumnTransform transform =
        role.transform()
            .map(kind -> ColumnTransform.of(kind, sorted))
            .orElseGet(() -> ColumnTransform.inferred(sorted));
    Moments moments = Moments.of(name, transform, sorted);
    int missing = column.length - sorted.length;
    return new ContinuousFeature(
        name,
        transform.kind(),
        transform.shift(),
        transform.scale(),
        moments.mean(),
        moments.deviation(),
        role.resolution().orElse(resolution(sorted)),
        role.smoothing().orElse(smoothing),
        sorted[0],
        sorted[sorted.length - 1],
        optional ? (missing + 0.5) / (column.length + 1.0) : 0.0,
        optional ? missingOffset(transform, sorted, moments.deviation()) : 0.0,
        List.of(),
        role.difference() ? 1 : 0);
  }

  /** What a value of the column adds to a log-likelihood on average, were it Gaussian. */
  private static double missingOffset(ColumnTransform transform, double[] values, double scale) {
    double logSlope =
        Arrays.stream(values).map(x -> Math.log(transform.slope(x))).average().orElseThrow();
    return logSlope - Math.log(scale) - STANDARD_ENTROPY;
  }

  /**
   * The same feature once the context accounts for a part of it.
   *
   * @param feature without context weights
   * @param fit regression of its encoded values on the context
   * @param column its training values, NaN where missing
   */
  static ContinuousFeature given(
      ContinuousFeature feature, ContextRegression fit, double[] column) {
    double scale = feature.getScale();
    double noise = dequantisation(feature, column);
    double residual = Math.hypot(fit.residualDeviation(), noise / scale);
    return new ContinuousFeature(
        feature.getName(),
        feature.getTransform(),
        feature.getTransformShift(),
        feature.getTransformScale(),
        feature.getLocation() + scale * fit.intercept(),
        scale * residual,
        feature.getResolution(),
        feature.getSmoothing(),
        feature.getMinimum(),
        feature.getMaximum(),
        feature.getMissingProbability(),
        feature.getMissingProbability() > 0 ? feature.getMissingOffset() - Math.log(residual) : 0,
        Arrays.stream(fit.weights()).map(weight -> scale * weight).boxed().toList(),
        feature.getDifference());
  }

  /** Standard deviation of the noise that dequantisation adds to T(x). */
  private static double dequantisation(ContinuousFeature feature, double[] column) {
    ColumnTransform transform =
        new ColumnTransform(
            feature.getTransform(), feature.getTransformShift(), feature.getTransformScale());
    double squares =
        Arrays.stream(present(column))
            .map(x -> feature.getResolution() * transform.slope(x))
            .map(width -> width * width / 12)
            .average()
            .orElseThrow();
    return Math.sqrt(squares);
  }

  /**
   * Infers how a number of the context is encoded.
   *
   * @param name name of the field
   * @param lag how many records before; 0: of the record itself
   * @param column its training values, NaN where missing
   * @throws DataException if no two values differ
   */
  static ContextFeature inferContext(String name, int lag, double[] column) {
    double[] sorted = present(column);
    if (sorted.length == 0 || sorted[0] == sorted[sorted.length - 1]) {
      throw new DataException(
          "field \""
              + name
              + "\": "
              + (sorted.length == 0 ? "no value" : "always " + sorted[0])
              + ", expected one that varies as a context");
    }
    ColumnTransform transform = ColumnTransform.inferred(sorted);
    Moments moments = Moments.of(name, transform, sorted);
    return new ContextFeature(
        name,
        lag == 0 ? ContextKind.NUMBER : ContextKind.LAG,
        0.0,
        lag,
        transform.kind(),
        transform.shift(),
        transform.scale(),
        moments.mean(),
        moments.deviation(),
        List.of(),
        "",
        DateOrder.UNSTATED,
        Presence.REQUIRED);
  }

  /** The values that are not missing, ascending. */
  static double[] present(double[] column) {
    return Arrays.stream(column).filter(x -> !Double.isNaN(x)).sorted().toArray();
  }

  /** Mean and standard deviation of T(x). */
  private record Moments(double mean, double deviation) {

    static Moments of(String name, ColumnTransform transform, double[] values) {
      double[] transformed = Arrays.stream(values).map(transform::apply).toArray();
      double mean = Arrays.stream(transformed).average().orElseThrow();
      double deviation =
          Math.sqrt(
              Arrays.stream(transformed).map(y -> (y - mean) * (y - mean)).average().orElseThrow());
      if (!(deviation > 0 && deviation < Double.POSITIVE_INFINITY)) {
        throw new DataException(
            "field \""
                + name
                + "\": values from "
                + values[0]
                + " to "
                + values[values.length - 1]
                + " with a standard deviation of "
                + deviation
                + ", expected a positive number");
      }
      return new Moments(mean, deviation);
    }
  }

  /**
   * The smallest gap between different values, where values repeat; else 0. Values that differ by
   * rounding alone count as one.
   */
  private static double resolution(double[] sorted) {
    // Not of the range: a placeholder far outside would swallow every step inside.
    ColumnTransform middle = ColumnTransform.of(FeatureTransform.ASINH, sorted);
    int distinct = 1;
    double gap = Double.POSITIVE_INFINITY;
    for (int i = 1; i < sorted.length; i++) {
      double distance = Math.max(middle.scale(), Math.abs(sorted[i] - middle.shift()));
      double rounding = ROUNDING * distance;
      if (sorted[i] - sorted[i - 1] > rounding) {
        distinct++;
        gap = Math.min(gap, sorted[i] - sorted[i - 1]);
      }
    }
    return distinct < REPEATING * sorted.length ? gap : 0;
  }
}
