package io.lowtide.trainer.feature;

import io.lowtide.schemas.CategoricalFeature;
import io.lowtide.schemas.CategoryLevel;
import io.lowtide.schemas.ConditionalProbabilities;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds which category depends on which other one: the tree of the largest mutual information (Chow
 * and Liu 1968, IEEE Transactions on Information Theory 14, 462-467), without branches that chance
 * would explain.
 */
final class CategoryTree {

  /** Standard deviations of the mutual information of independent categories that do not count. */
  private static final double CHANCE = 4;

  /** Records that the plain probabilities weigh as much as, where a parent's value is given. */
  private static final double PRIOR = 1;

  private final List<CategoricalFeature> categories;
  private final int[][] outcomes;

  /**
   * @param categories without parents
   * @param values for each of them the level's index in each record, NaN where missing
   */
  CategoryTree(List<CategoricalFeature> categories, double[][] values) {
    this.categories = categories;
    this.outcomes = new int[values.length][];
    for (int i = 0; i < values.length; i++) {
      int missing = categories.get(i).getLevels().size() + 1;
      outcomes[i] =
          Arrays.stream(values[i])
              .mapToInt(level -> Double.isNaN(level) ? missing : (int) level)
              .toArray();
    }
  }

  /** The categories with their parents and the probabilities that these give. */
  List<CategoricalFeature> withParents() {
    int count = categories.size();
    double[][] information = new double[count][count];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < i; j++) {
        information[i][j] = information(i, j);
        information[j][i] = information[i][j];
      }
    }
    List<CategoricalFeature> dependent = new ArrayList<>(categories);
    boolean[] reached = new boolean[count];
    for (int step = 0; step < count; step++) {
      int child = -1;
      int parent = -1;
      double best = 0;
      for (int from = 0; from < count; from++) {
        for (int to = 0; to < count; to++) {
          if (reached[from] && !reached[to] && information[from][to] > best) {
            best = information[from][to];
            parent = from;
            child = to;
          }
        }
      }
      if (child < 0) {
        // Nothing depends on what was reached: another tree begins.
        child = firstOf(reached);
      } else {
        dependent.set(child, given(child, parent));
      }
      reached[child] = true;
    }
    return dependent;
  }

  private static int firstOf(boolean[] reached) {
    int first = 0;
    while (reached[first]) {
      first++;
    }
    return first;
  }

  /** Mutual information in nats, 0 where chance explains it. */
  private double information(int i, int j) {
    int rows = states(i);
    int columns = states(j);
    int records = outcomes[i].length;
    double[][] joint = new double[rows][columns];
    double[] left = new double[rows];
    double[] right = new double[columns];
    for (int record = 0; record < records; record++) {
      int row = Math.min(outcomes[i][record], rows - 1);
      int column = Math.min(outcomes[j][record], columns - 1);
      joint[row][column]++;
      left[row]++;
      right[column]++;
    }
    double sum = 0;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        double n = joint[row][column];
        sum += n == 0 ? 0 : n / records * Math.log(n * records / (left[row] * right[column]));
      }
    }
    // 2 n I is about chi-squared distributed where the two are independent.
    double degrees = (rows - 1.0) * (columns - 1);
    double chance = (degrees + CHANCE * Math.sqrt(2 * degrees)) / (2 * records);
    return sum > chance ? sum : 0;
  }

  /** The levels that the flow is told apart, and all other outcomes together. */
  private int states(int category) {
    return categories.get(category).getContextLevels() + 1;
  }

  private CategoricalFeature given(int child, int parent) {
    CategoricalFeature plain = categories.get(child);
    List<ConditionalProbabilities> tables = new ArrayList<>();
    for (int level = 0; level < categories.get(parent).getContextLevels(); level++) {
      tables.add(table(child, parent, level));
    }
    return new CategoricalFeature(
        plain.getName(),
        plain.getLevels(),
        plain.getUnknownProbability(),
        plain.getMissingProbability(),
        plain.getContextLevels(),
        categories.get(parent).getName(),
        tables);
  }

  /** An unknown value is as probable as ever; the others share the rest. */
  private ConditionalProbabilities table(int child, int parent, int parentLevel) {
    CategoricalFeature plain = categories.get(child);
    int levels = plain.getLevels().size();
    double[] counts = new double[levels + 2];
    double records = 0;
    for (int record = 0; record < outcomes[child].length; record++) {
      if (outcomes[parent][record] == parentLevel) {
        counts[outcomes[child][record]]++;
        records++;
      }
    }
    double known = 1 - plain.getUnknownProbability();
    List<Double> probabilities = new ArrayList<>();
    for (CategoryLevel level : plain.getLevels()) {
      double prior = PRIOR * level.getProbability() / known;
      probabilities.add(known * (counts[probabilities.size()] + prior) / (records + PRIOR));
    }
    probabilities.add(plain.getUnknownProbability());
    double prior = PRIOR * plain.getMissingProbability() / known;
    probabilities.add(known * (counts[levels + 1] + prior) / (records + PRIOR));
    return new ConditionalProbabilities(probabilities);
  }
}
