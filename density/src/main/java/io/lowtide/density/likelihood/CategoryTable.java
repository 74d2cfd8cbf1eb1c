package io.lowtide.density.likelihood;

import io.lowtide.schemas.CategoricalFeature;
import io.lowtide.schemas.CategoryLevel;
import io.lowtide.schemas.ConditionalProbabilities;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Log-probabilities of one category by the level of its parent (Chow and Liu 1968, IEEE
 * Transactions on Information Theory 14, 462-467: a joint distribution in which each category
 * depends on one other at most). An outcome is the index of a level, then comes an unknown value,
 * then a missing one. Immutable.
 */
final class CategoryTable {

  private final int levels;
  private final double[] plain;
  private final double[][] givenParent;

  CategoryTable(CategoricalFeature category) {
    levels = category.getLevels().size();
    plain =
        logarithms(
            DoubleStream.concat(
                category.getLevels().stream().mapToDouble(CategoryLevel::getProbability),
                DoubleStream.of(
                    category.getUnknownProbability(), category.getMissingProbability())));
    List<ConditionalProbabilities> tables = category.getGivenParent();
    givenParent =
        tables.stream()
            .map(table -> logarithms(table.getProbabilities().stream().mapToDouble(p -> p)))
            .toArray(double[][]::new);
  }

  private static double[] logarithms(DoubleStream probabilities) {
    return probabilities.map(Math::log).toArray();
  }

  /**
   * Log-probability of a level.
   *
   * @param level index of the level, below 0 for an unknown value, NaN for a missing one
   * @param parentLevel the same of the parent; of no account without a parent
   */
  double of(double level, double parentLevel) {
    return given(parentLevel)[outcome(level)];
  }

  /** The most probable outcome as a level: its index, or NaN where a missing value is. */
  double mostProbable(double parentLevel) {
    double[] probabilities = given(parentLevel);
    int best = levels + 1;
    for (int level = 0; level < levels; level++) {
      best = probabilities[level] > probabilities[best] ? level : best;
    }
    return best == levels + 1 ? Double.NaN : best;
  }

  private double[] given(double parentLevel) {
    boolean known = parentLevel >= 0 && parentLevel < givenParent.length;
    return known ? givenParent[(int) parentLevel] : plain;
  }

  private int outcome(double level) {
    return Double.isNaN(level) ? levels + 1 : level < 0 ? levels : (int) level;
  }
}
