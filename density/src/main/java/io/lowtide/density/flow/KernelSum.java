package io.lowtide.density.flow;

import java.util.Arrays;

/**
 * One point seen by all kernels of a {@link KernelTable}: {@link #logDensity} first, then {@link
 * #slope}. Sums over the kernels are taken by lanes whatever the registers are, so that every
 * machine adds the same numbers in the same order. Belongs to one thread; allocates nothing after
 * construction.
 */
abstract class KernelSum {

  /**
   * In nats: kernels that are so much less probable than another count for nothing, which is less
   * than 1e-7 of the density for thousands of them together.
   */
  private static final double NEGLIGIBLE = 25;

  final KernelTable table;

  /** For each scale, the point times its inverse deviations. */
  final double[][] scaled;

  /** Of all kernels. */
  final double[] logDensities;

  private final double[] sums = new double[KernelTable.LANES];

  /** Kernels that count, and their densities by that of the most probable one. */
  private final int[] counting;

  final double[] weights;

  /** Of the exponentials that the weights are. */
  final double[] shifts;

  private int count;
  private double sum;

  KernelSum(KernelTable table) {
    this.table = table;
    this.scaled = new double[table.logScales().length][table.dimensions()];
    this.logDensities = new double[table.groups() * KernelTable.LANES];
    this.counting = new int[logDensities.length];
    this.weights = new double[logDensities.length];
    this.shifts = new double[logDensities.length];
  }

  /**
   * Log-density, in nats; not finite where the point is not, or where every kernel underflows.
   *
   * @param point d coordinates
   */
  final double logDensity(double[] point) {
    count = 0;
    if (!isFinite(point)) {
      return Double.NaN;
    }
    for (int scale = 0; scale < scaled.length; scale++) {
      double[] inverse = table.inverseDeviations()[scale];
      for (int i = 0; i < inverse.length; i++) {
        scaled[scale][i] = point[i] * inverse[i];
      }
    }
    double largest = findLogDensities();
    if (!Double.isFinite(largest)) {
      return largest;
    }
    weigh(largest);
    return largest + Math.log(sum);
  }

  private static boolean isFinite(double[] point) {
    for (double coordinate : point) {
      if (!Double.isFinite(coordinate)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Finds {@link #logDensities}.
   *
   * @return the largest
   */
  abstract double findLogDensities();

  /**
   * Squared distances of a point from the kernels of a group, but for what of them is along some
   * directions.
   *
   * @param group which
   * @param point d coordinates times the group's inverse deviations
   * @param basis in its first {@code rank} rows those directions, orthonormal
   * @param squares receives {@value KernelTable#LANES} numbers; no number for a kernel that is none
   */
  abstract void squaredDistances(
      int group, double[] point, double[][] basis, int rank, double[] squares);

  private void weigh(double largest) {
    for (int k = 0; k < logDensities.length; k++) {
      double x = logDensities[k] - largest;
      if (x > -NEGLIGIBLE) {
        counting[count] = k;
        weights[count++] = x;
      }
    }
    exponentials(count);
    Arrays.fill(sums, 0);
    for (int index = 0; index < count; index++) {
      weights[index] = Exponential.scaled(weights[index], shifts[index]);
      sums[counting[index] % KernelTable.LANES] += weights[index];
    }
    sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  }

  /**
   * Takes the exponentials of the first {@link #weights}: what {@link Exponential#reduced} gives in
   * their place, and {@link #shifts} as {@link Exponential#shifted} has them.
   */
  abstract void exponentials(int count);

  /**
   * Gradient of the last log-density by the coordinates; zero where that was not finite.
   *
   * @param slope receives d numbers
   */
  final void slope(double[] slope) {
    Arrays.fill(slope, 0);
    for (int index = 0; index < count; index++) {
      int group = counting[index] / KernelTable.LANES;
      int scale = table.scaleOfGroup()[group];
      double[] inverse = table.inverseDeviations()[scale];
      double share = weights[index] / sum;
      int at = group * slope.length * KernelTable.LANES + counting[index] % KernelTable.LANES;
      for (int i = 0; i < slope.length; i++) {
        double mean = table.means()[at + i * KernelTable.LANES];
        slope[i] += share * ((mean - scaled[scale][i]) * inverse[i]);
      }
    }
  }
}
