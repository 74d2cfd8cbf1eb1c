package io.lowtide.density.flow;

import java.util.Arrays;

/**
 * One point seen by all components of a mixture: {@link #whiten} first, then {@link #weigh}, then
 * the rest. Sums over the components are taken in {@value #PARTIAL_SUMS} parts whatever the
 * registers are, so that every machine adds the same numbers in the same order. Belongs to one
 * thread; allocates nothing after construction.
 */
abstract class MixtureWorkspace {

  /** Component k belongs to the part k modulo this: the doubles of the widest register in use. */
  static final int PARTIAL_SUMS = 8;

  /**
   * In nats: components that are so much less probable than another add less than half a unit in
   * the last place to the sum of densities, even thousands of them together. They are left out of
   * it, and of its gradient, which loses e^-45 of what each of them alone has.
   */
  static final double NEGLIGIBLE = 45;

  /** Relative, more than the rounding of a comparison of log-densities. */
  private static final double ROUNDING = 1e-15;

  final int components;
  final int dimensions;

  /** Of each component, minus infinity where it was given up. */
  final double[] logDensities;

  /** Densities by that of the most probable component, 0 where that is negligible. */
  final double[] weights;

  /** What {@link Exponential#shifted} gives for each component. */
  final double[] shifts;

  private final double[] sums = new double[PARTIAL_SUMS];

  /** Of the gradient, for each dimension its parts. */
  final double[] slopes;

  /**
   * @param capacity components at least, with those that fill the last register
   */
  MixtureWorkspace(int components, int capacity, int dimensions) {
    this.components = components;
    this.dimensions = dimensions;
    this.logDensities = new double[capacity];
    this.weights = new double[capacity];
    this.shifts = new double[capacity];
    this.slopes = new double[dimensions * PARTIAL_SUMS];
  }

  /**
   * Whitens a point by each component, and finds their log-densities.
   *
   * @param z a point, in its first d numbers
   * @param margin in nats: a component may be given up, at minus infinity, as soon as its
   *     log-density is known to be lower than another's by more than that
   * @return the largest log-density
   */
  abstract double whiten(double[] z, double margin);

  /** The log-density below which a component is given up, moved down by the rounding error. */
  static double least(double largest, double margin) {
    return largest - (margin + ROUNDING * Math.abs(largest));
  }

  /** The first of the most probable components. */
  final int nearest() {
    int nearest = 0;
    for (int k = 1; k < components; k++) {
      nearest = logDensities[k] > logDensities[nearest] ? k : nearest;
    }
    return nearest;
  }

  /** Copies L^-1 (z - mean) of a component that was not given up. */
  abstract void copyWhitened(int component, double[] residual);

  /**
   * Weighs the components by their densities.
   *
   * @param largest log-density of the most probable one, finite; its weight is 1
   * @return the sum of the weights
   */
  final double weigh(double largest) {
    exponentials(largest);
    Arrays.fill(sums, 0);
    for (int k = 0; k < weights.length; k++) {
      weights[k] = counts(logDensities[k] - largest, Exponential.scaled(weights[k], shifts[k]));
      sums[k & (PARTIAL_SUMS - 1)] += weights[k];
    }
    return total(sums, 0);
  }

  /** The weight, or 0 where its logarithm is negligible; no branch, which would be a coin flip. */
  private static double counts(double logarithm, double weight) {
    long all = Double.doubleToRawLongBits(-NEGLIGIBLE - logarithm) >> (Long.SIZE - 1);
    return Double.longBitsToDouble(Double.doubleToRawLongBits(weight) & all);
  }

  /**
   * Finds of each component the exponential of what its log-density is below the largest, but at
   * most {@link #NEGLIGIBLE}: n in {@link #shifts}, and e^r in {@link #weights}.
   */
  abstract void exponentials(double largest);

  /**
   * Sum over the components of weight times L'^-1 L^-1 (z - mean).
   *
   * @param slope receives d numbers
   */
  final void weighSlopes(double[] slope) {
    Arrays.fill(slopes, 0);
    addSlopes();
    for (int i = 0; i < dimensions; i++) {
      slope[i] = total(slopes, i * PARTIAL_SUMS);
    }
  }

  /** Finds {@link #slopes}; a component of weight 0 has no part in them, even if not finite. */
  abstract void addSlopes();

  private static double total(double[] parts, int at) {
    return ((parts[at] + parts[at + 1]) + (parts[at + 2] + parts[at + 3]))
        + ((parts[at + 4] + parts[at + 5]) + (parts[at + 6] + parts[at + 7]));
  }
}
