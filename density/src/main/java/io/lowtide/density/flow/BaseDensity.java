package io.lowtide.density.flow;

import java.util.random.RandomGenerator;

/**
 * The distribution that a flow starts from, at s = 0: immutable, shared by all threads. The density
 * of a data point is log p(x) = log base(z(0)) + l(0).
 */
public sealed interface BaseDensity permits StandardNormal, GaussianMixture, StackedDensity {

  /** d, the length of z. */
  int dimensions();

  /** Numbers that it holds, but for those that it shares with what it is a marginal of. */
  long parameterCount();

  /**
   * The marginal distribution of some of the dimensions.
   *
   * @param dimensions indices of those to keep, ascending, at least one
   */
  BaseDensity restrictedTo(int[] dimensions);

  /** A new evaluator, to be used by one thread at a time. */
  BaseEvaluator newEvaluator();

  /**
   * Draws a point.
   *
   * @param random source
   * @param z receives d numbers
   */
  void draw(RandomGenerator random, double[] z);
}
