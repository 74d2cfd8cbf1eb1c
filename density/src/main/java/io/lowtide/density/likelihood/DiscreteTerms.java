package io.lowtide.density.likelihood;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.feature.ValueLayout;
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
  private final CategoryTable[] categories;
  private final int[] parents;
  private final ValueLayout layout;

  /** The terms of one specification. */
  public DiscreteTerms(FeatureEncoder encoder) {
    layout = encoder.layout();
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
    categories =
        encoder.categories().stream().map(CategoryTable::new).toArray(CategoryTable[]::new);
    parents = new int[categories.length];
    Arrays.setAll(parents, encoder::parentOf);
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
      sum += ofConstant(i, values[layout.indexOfConstant(i)]);
    }
    for (int i = 0; i < categories.length; i++) {
      sum += ofCategory(i, values);
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

  /** Of a category in a record, given the category that it depends on. */
  public double ofCategory(int feature, double[] values) {
    return ofCategory(feature, values[layout.indexOfCategory(feature)], values);
  }

  /**
   * Of a level of a category, given the category that it depends on.
   *
   * @param level index of the level, below 0 for an unknown value, NaN for a missing one
   * @param values of the record
   */
  public double ofCategory(int feature, double level, double[] values) {
    return categories[feature].of(level, parentLevel(feature, values));
  }

  /**
   * The most probable level of a category, given the category that it depends on: its index, or NaN
   * where it is most often missing.
   */
  public double mostProbableLevel(int feature, double[] values) {
    return categories[feature].mostProbable(parentLevel(feature, values));
  }

  private double parentLevel(int feature, double[] values) {
    int parent = parents[feature];
    return parent == FeatureEncoder.NO_PARENT ? Double.NaN : values[layout.indexOfCategory(parent)];
  }
}
