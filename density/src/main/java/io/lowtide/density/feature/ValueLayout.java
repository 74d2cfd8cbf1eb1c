package io.lowtide.density.feature;

import java.util.Arrays;

/**
 * Where each value is in the array that a record is scored by: the numbers of its continuous
 * features, those of its constant ones, the levels of its categorical ones, the values of its
 * context features, in the order of {@link FeatureEncoder#inputs}.
 *
 * @param continuous number of continuous features; the value of the i-th has the index i
 * @param constants number of constant features
 * @param categories number of categorical features
 * @param contextFeatures number of context features
 */
public record ValueLayout(int continuous, int constants, int categories, int contextFeatures) {

  /**
   * Index of the value of a constant feature.
   *
   * @param feature its place among the constant features, from 0
   */
  public int indexOfConstant(int feature) {
    return continuous + feature;
  }

  /**
   * Index of the level of a categorical feature.
   *
   * @param feature its place among the categorical features, from 0
   */
  public int indexOfCategory(int feature) {
    return numbers() + feature;
  }

  /**
   * Index of the value of a context feature.
   *
   * @param feature its place among the context features, from 0
   */
  public int indexOfContextFeature(int feature) {
    return scoredSize() + feature;
  }

  /** Number of values of the continuous and the constant features: the first ones. */
  public int numbers() {
    return continuous + constants;
  }

  /** Number of values up to those of the context features, which are not scored. */
  public int scoredSize() {
    return numbers() + categories;
  }

  /** Number of all values. */
  public int size() {
    return scoredSize() + contextFeatures;
  }

  /** A copy of the values of the continuous and the constant features of one record. */
  public double[] copyOfNumbers(double[] values) {
    return Arrays.copyOf(values, numbers());
  }
}
