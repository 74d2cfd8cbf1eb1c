package io.lowtide.density.likelihood;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.schemas.CategoricalFeature;
import io.lowtide.schemas.ConstantFeature;
import io.lowtide.schemas.ContinuousFeature;
import java.util.Arrays;

/**
 * Log-probability of what is discrete about a record: which of its values are missing, its
 * categories, and whether the columns that were constant in training still are. Immutable.
 */
public final class DiscreteTerms {

  private final double[] logMissing;
  private final double[] logPresent;
  private final double[] constants;
  private final double[] singleConstants;
  private final double[] logChanged;
  private final double[] logUnchanged;
  private final double[][] logLevel;
  private final double[] logUnknown;
  private final double[] logCategoryMissing;
  private final int firstConstant;
  private final int firstCategory;

  /** The terms of one specification. */
  public DiscreteTerms(FeatureEncoder encoder) {
    firstConstant = encoder.firstConstant();
    firstCategory = encoder.firstCategory();
    logMissing =
        encoder.features().stream()
            .mapToDouble(ContinuousFeature::getMissingProbability)
            .map(Math::log)
            .toArray();
    logPresent =
        encoder.features().stream()
            .mapToDouble(feature -> Math.log1p(-feature.getMissingProbability()))
            .toArray();
    constants = encoder.constants().stream().mapToDouble(ConstantFeature::getValue).toArray();
    singleConstants =
        Arrays.stream(constants).map(x -> x == Math.rint(x) ? x : (double) (float) x).toArray();
    logChanged =
        encoder.constants().stream()
            .mapToDouble(constant -> Math.log(constant.getChangeProbability()))
            .toArray();
    logUnchanged =
        encoder.constants().stream()
            .mapToDouble(constant -> Math.log1p(-constant.getChangeProbability()))
            .toArray();
    logLevel =
        encoder.categories().stream()
            .map(
                category ->
                    category.getLevels().stream()
                        .mapToDouble(level -> Math.log(level.getProbability()))
                        .toArray())
            .toArray(double[][]::new);
    logUnknown =
        encoder.categories().stream()
            .mapToDouble(CategoricalFeature::getUnknownProbability)
            .map(Math::log)
            .toArray();
    logCategoryMissing =
        encoder.categories().stream()
            .mapToDouble(CategoricalFeature::getMissingProbability)
            .map(Math::log)
            .toArray();
  }

  /**
   * Their sum for one record.
   *
   * @param values one for each of the encoder's inputs up to the context features
   * @return in nats; negative infinity if a value is missing that must be there
   */
  public double of(double[] values) {
    double sum = 0;
    for (int i = 0; i < logMissing.length; i++) {
      sum += ofPresence(i, values[i]);
    }
    for (int i = 0; i < constants.length; i++) {
      sum += ofConstant(i, values[firstConstant + i]);
    }
    for (int i = 0; i < logLevel.length; i++) {
      sum += ofCategory(i, values[firstCategory + i]);
    }
    return sum;
  }

  /** Of a continuous feature's value being missing, or there. */
  public double ofPresence(int feature, double value) {
    return Double.isNaN(value) ? logMissing[feature] : logPresent[feature];
  }

  /**
   * Of a constant feature's value being what it was, or not. A fraction may come in single
   * precision.
   */
  public double ofConstant(int feature, double value) {
    return value == constants[feature] || value == singleConstants[feature]
        ? logUnchanged[feature]
        : logChanged[feature];
  }

  /** Of a category: its level's index, that of an unknown one, or NaN. */
  public double ofCategory(int feature, double level) {
    if (Double.isNaN(level)) {
      return logCategoryMissing[feature];
    }
    return level < 0 ? logUnknown[feature] : logLevel[feature][(int) level];
  }
}
