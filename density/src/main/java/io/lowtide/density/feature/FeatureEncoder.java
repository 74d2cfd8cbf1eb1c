package io.lowtide.density.feature;

import io.lowtide.schemas.ConstantFeature;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureSpecification;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Turns the values of a record into the numbers that the flow sees, and back: u = (T(x) - location)
 * / scale for each continuous feature. Immutable, shared by all threads.
 */
public final class FeatureEncoder {

  private final List<ContinuousFeature> features;
  private final List<ConstantFeature> constants;
  private final double logScales;

  /**
   * @throws IllegalArgumentException if there is a feature of a kind other than continuous and
   *     constant, or one that may be missing; if a feature is repeated, has no name, or has a
   *     location, scale or other number out of range
   */
  public FeatureEncoder(FeatureSpecification specification) {
    this.features = List.copyOf(specification.getContinuous());
    this.constants = List.copyOf(specification.getConstants());
    requireContinuousAlone(specification);
    if (features.isEmpty()) {
      throw new IllegalArgumentException(
          "features: none, expected at least one continuous feature");
    }
    Set<String> names = new HashSet<>();
    double sum = 0;
    for (ContinuousFeature feature : features) {
      requireNew(names, feature.getName());
      requirePositive(feature, "scale", feature.getScale());
      requirePositive(feature, "transformScale", feature.getTransformScale());
      requireFinite(feature, "location", feature.getLocation());
      requireFinite(feature, "transformShift", feature.getTransformShift());
      sum += Math.log(feature.getScale());
    }
    for (ConstantFeature constant : constants) {
      requireNew(names, constant.getName());
      double probability = constant.getChangeProbability();
      if (!(probability > 0 && probability < 1)) {
        throw new IllegalArgumentException(
            "feature \""
                + constant.getName()
                + "\": changeProbability "
                + probability
                + ", expected between 0 and 1");
      }
    }
    this.logScales = sum;
  }

  /** Scores that left a part of the specification out would be wrong without a word. */
  private static void requireContinuousAlone(FeatureSpecification specification) {
    int categorical = specification.getCategorical().size();
    int context = specification.getContext().size();
    if (categorical + context > 0) {
      throw new IllegalArgumentException(
          "features: "
              + categorical
              + " categorical and "
              + context
              + " context features, expected none: this version scores continuous ones alone");
    }
    for (ContinuousFeature feature : specification.getContinuous()) {
      if (feature.getMissingProbability() != 0) {
        throw new IllegalArgumentException(
            "feature \""
                + feature.getName()
                + "\": missingProbability "
                + feature.getMissingProbability()
                + ", expected 0: this version scores complete records alone");
      }
    }
  }

  private static void requireNew(Set<String> names, String name) {
    if (name.isBlank() || !names.add(name)) {
      throw new IllegalArgumentException(
          "feature \"" + name + "\": expected a name, and each name once");
    }
  }

  private static void requirePositive(ContinuousFeature feature, String what, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "feature \"" + feature.getName() + "\": " + what + " " + value + ", expected positive");
    }
  }

  private static void requireFinite(ContinuousFeature feature, String what, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "feature \"" + feature.getName() + "\": " + what + " " + value + ", expected finite");
    }
  }

  /** The continuous features, in the order of the flow's dimensions. */
  public List<ContinuousFeature> features() {
    return features;
  }

  /** The columns that had one value in training. */
  public List<ConstantFeature> constants() {
    return constants;
  }

  /** Names of the values that a record is scored by: continuous features, then constants. */
  public List<String> names() {
    return Stream.concat(
            features.stream().map(ContinuousFeature::getName),
            constants.stream().map(ConstantFeature::getName))
        .toList();
  }

  /** Number of continuous features, d. */
  public int dimensions() {
    return features.size();
  }

  /**
   * Encodes the continuous values of one record.
   *
   * @param values d finite numbers, in the units of the record
   * @param encoded receives d numbers
   * @return log |du/dx|, the log-determinant of the encoding; NaN if a value lies outside the
   *     domain of its transform
   */
  public double encode(double[] values, double[] encoded) {
    double logDeterminant = -logScales;
    for (int i = 0; i < encoded.length; i++) {
      ContinuousFeature feature = features.get(i);
      double x = values[i];
      double transformed;
      switch (feature.getTransform()) {
        case LOG -> {
          transformed = Math.log(x + feature.getTransformShift());
          logDeterminant -= transformed;
        }
        case ASINH -> {
          double ratio = (x - feature.getTransformShift()) / feature.getTransformScale();
          transformed = asinh(ratio);
          // d asinh(r)/dx = 1 / (scale sqrt(1 + r^2)), and hypot does not overflow.
          logDeterminant -= Math.log(Math.hypot(1, ratio) * feature.getTransformScale());
        }
        default -> transformed = x;
      }
      encoded[i] = (transformed - feature.getLocation()) / feature.getScale();
    }
    return logDeterminant;
  }

  /**
   * The inverse of {@link #encode}.
   *
   * @param encoded d numbers
   * @param values receives d numbers in the units of the record
   */
  public void decode(double[] encoded, double[] values) {
    for (int i = 0; i < encoded.length; i++) {
      ContinuousFeature feature = features.get(i);
      double transformed = encoded[i] * feature.getScale() + feature.getLocation();
      values[i] =
          switch (feature.getTransform()) {
            case LOG -> Math.exp(transformed) - feature.getTransformShift();
            case ASINH ->
                feature.getTransformShift() + feature.getTransformScale() * Math.sinh(transformed);
            case IDENTITY -> transformed;
          };
    }
  }

  private static double asinh(double x) {
    double magnitude = Math.abs(x);
    double value =
        magnitude < 1e-4
            ? magnitude
            : magnitude > 1e150
                ? Math.log(magnitude) + Math.log(2)
                : Math.log1p(magnitude + magnitude * magnitude / (1 + Math.hypot(1, magnitude)));
    return Math.copySign(value, x);
  }
}
