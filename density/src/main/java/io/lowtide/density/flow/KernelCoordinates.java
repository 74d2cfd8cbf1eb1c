package io.lowtide.density.flow;

import io.lowtide.density.flow.GaussianMixture.Component;
import java.util.Arrays;

/**
 * Coordinates in which the shape of all kernels and their noise are both diagonal, the noise with
 * ones. Immutable.
 *
 * @param rows d by d, in row i what the coordinate i takes of each component
 * @param variances the eigenvalues of the spread by the noise; below 0 by no more than rounding
 *     leaves
 * @param logDeterminant of the rows
 */
record KernelCoordinates(double[][] rows, double[] variances, double logDeterminant) {

  /** Of the largest eigenvalue of a spread: what rounding leaves below 0. */
  private static final double INDEFINITE = 1e-6;

  /**
   * Finds them.
   *
   * @param spread d by d, symmetric and positive semidefinite
   * @param noise d variances, above 0
   */
  static KernelCoordinates of(double[][] spread, double[] noise) {
    int d = noise.length;
    double[][] standardised = new double[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        standardised[i][j] =
            0.5 * (spread[i][j] + spread[j][i]) / (Math.sqrt(noise[i]) * Math.sqrt(noise[j]));
      }
      Component.requireFinite("spread by noise", standardised[i]);
    }
    SymmetricEigen eigen = SymmetricEigen.of(standardised);
    double[][] rows = new double[d][d];
    double logDeterminant = 0;
    for (int i = 0; i < d; i++) {
      logDeterminant -= 0.5 * Math.log(noise[i]);
      for (int j = 0; j < d; j++) {
        rows[i][j] = eigen.vectors()[i][j] / Math.sqrt(noise[j]);
      }
    }
    return new KernelCoordinates(rows, eigen.values(), logDeterminant);
  }

  /**
   * Turns a point, or a direction, into its coordinates.
   *
   * @param z has it in the d numbers from {@code from} on
   * @param point receives d numbers
   */
  void transform(double[] z, int from, double[] point) {
    for (int i = 0; i < rows.length; i++) {
      double sum = 0;
      for (int j = 0; j < rows.length; j++) {
        sum += rows[i][j] * z[from + j];
      }
      point[i] = sum;
    }
  }

  /**
   * The same of many points at once, to the bit.
   *
   * @param component which coordinate
   * @param z for each of d components the numbers of all points
   * @param points receives a number for each point
   */
  void transform(int component, double[][] z, double[] points) {
    Arrays.fill(points, 0);
    for (int j = 0; j < rows.length; j++) {
      double factor = rows[component][j];
      double[] ofComponent = z[j];
      for (int k = 0; k < points.length; k++) {
        points[k] += factor * ofComponent[k];
      }
    }
  }

  /**
   * Refuses a spread that has a negative variance in one of its directions. That of a marginal has
   * none where the whole has none.
   *
   * @throws IllegalArgumentException if it has
   */
  void requireSemidefinite() {
    double largest = Arrays.stream(variances).max().orElseThrow();
    double least = Arrays.stream(variances).min().orElseThrow();
    if (!(least >= -INDEFINITE * largest)) {
      throw new IllegalArgumentException(
          "spread: an eigenvalue of " + least + " by the noise, expected at least 0");
    }
  }
}
