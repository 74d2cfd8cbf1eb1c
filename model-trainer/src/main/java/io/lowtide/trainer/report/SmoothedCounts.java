package io.lowtide.trainer.report;

import java.util.Arrays;
import java.util.List;

/**
 * The density of points on a square grid of cells: counts, smoothed by a Gaussian kernel whose
 * width is the one under which the density of one half of the points makes the other half most
 * probable (cross-validation; Silverman 1986, Density Estimation, section 3.4.4).
 *
 * @param density one number for each cell, row after row, sums to 1
 * @param width standard deviation of the kernel, in cells
 */
record SmoothedCounts(double[] density, double width) {

  private static final double[] WIDTHS = {0.5, 0.75, 1, 1.4, 2, 2.8, 4, 5.6};

  /** The best width falls with the sixth root of the number of points in two dimensions. */
  private static final double ALL_BESIDE_HALF = Math.pow(0.5, 1.0 / 6);

  private static final double LEAST = 1e-9;
  private static final double KERNEL_REACH = 4;

  /**
   * @param grid cells along each axis
   * @param cells of the points, at least two
   */
  static SmoothedCounts of(int grid, List<Integer> cells) {
    double[] even = new double[grid * grid];
    double[] odd = new double[grid * grid];
    for (int i = 0; i < cells.size(); i++) {
      (i % 2 == 0 ? even : odd)[cells.get(i)]++;
    }
    double best = WIDTHS[0];
    double highest = Double.NEGATIVE_INFINITY;
    for (double width : WIDTHS) {
      double likelihood =
          likelihood(smoothed(even, grid, width), odd)
              + likelihood(smoothed(odd, grid, width), even);
      if (likelihood > highest) {
        highest = likelihood;
        best = width;
      }
    }
    double width = best * ALL_BESIDE_HALF;
    double[] all = new double[even.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = even[i] + odd[i];
    }
    return new SmoothedCounts(smoothed(all, grid, width), width);
  }

  private static double likelihood(double[] density, double[] counts) {
    double sum = 0;
    for (int i = 0; i < counts.length; i++) {
      sum += counts[i] == 0 ? 0 : counts[i] * Math.log(density[i] + LEAST);
    }
    return sum;
  }

  /** Smooths along the rows, then along the columns, and lets the whole sum to 1. */
  private static double[] smoothed(double[] counts, int grid, double width) {
    int reach = (int) Math.ceil(KERNEL_REACH * width);
    double[] kernel = new double[2 * reach + 1];
    for (int i = 0; i < kernel.length; i++) {
      double distance = (i - reach) / width;
      kernel[i] = Math.exp(-0.5 * distance * distance);
    }
    double[] rows = new double[counts.length];
    double[] both = new double[counts.length];
    for (int row = 0; row < grid; row++) {
      convolve(counts, row * grid, 1, grid, kernel, rows);
    }
    for (int column = 0; column < grid; column++) {
      convolve(rows, column, grid, grid, kernel, both);
    }
    double total = Arrays.stream(both).sum();
    return Arrays.stream(both).map(value -> value / total).toArray();
  }

  private static void convolve(
      double[] from, int start, int stride, int count, double[] kernel, double[] to) {
    int reach = kernel.length / 2;
    for (int i = 0; i < count; i++) {
      double value = from[start + i * stride];
      if (value != 0) {
        for (int j = Math.max(0, i - reach); j < Math.min(count, i + reach + 1); j++) {
          to[start + j * stride] += value * kernel[j - i + reach];
        }
      }
    }
  }

  /** The density above which the cells hold a share of the whole. */
  double level(double share) {
    double[] sorted = density.clone();
    Arrays.sort(sorted);
    double held = 0;
    for (int i = sorted.length - 1; i >= 0; i--) {
      held += sorted[i];
      if (held >= share) {
        return sorted[i];
      }
    }
    return sorted[0];
  }
}
