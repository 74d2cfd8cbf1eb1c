package io.lowtide.trainer.mixture;

import io.lowtide.trainer.mixture.Patterns.Pattern;

/** The distribution, under one Gaussian, of the values that a record lacks, given the others. */
final class Conditional {

  private final int[] present;
  private final int[] missing;
  private final double[] mean;

  /** Regression of a missing value, by row, on the present ones. */
  private final double[][] coefficients;

  private final double[][] covariance;

  Conditional(Pattern pattern, double[] mean, double[][] joint) {
    this.present = pattern.present();
    this.missing = pattern.missing();
    this.mean = mean;
    double[][] factor = factorOf(joint, present);
    this.coefficients = new double[missing.length][];
    this.covariance = new double[missing.length][missing.length];
    for (int m = 0; m < missing.length; m++) {
      double[] row = new double[present.length];
      for (int i = 0; i < row.length; i++) {
        row[i] = joint[missing[m]][present[i]];
      }
      solve(factor, row);
      coefficients[m] = row;
      for (int n = 0; n < missing.length; n++) {
        double value = joint[missing[m]][missing[n]];
        for (int i = 0; i < row.length; i++) {
          value -= row[i] * joint[present[i]][missing[n]];
        }
        covariance[m][n] = value;
      }
    }
  }

  /** Lower triangular L, L L' being these rows and columns. */
  private static double[][] factorOf(double[][] joint, int[] kept) {
    double[][] factor = new double[kept.length][kept.length];
    for (int i = 0; i < kept.length; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = joint[kept[i]][kept[j]];
        for (int k = 0; k < j; k++) {
          sum -= factor[i][k] * factor[j][k];
        }
        factor[i][j] = i == j ? Math.sqrt(sum) : sum / factor[j][j];
      }
    }
    return factor;
  }

  /** Solves L L' x = b in place. */
  private static void solve(double[][] factor, double[] b) {
    for (int i = 0; i < b.length; i++) {
      for (int j = 0; j < i; j++) {
        b[i] -= factor[i][j] * b[j];
      }
      b[i] /= factor[i][i];
    }
    for (int i = b.length - 1; i >= 0; i--) {
      for (int j = i + 1; j < b.length; j++) {
        b[i] -= factor[j][i] * b[j];
      }
      b[i] /= factor[i][i];
    }
  }

  /** The record with what is expected in the place of what is missing. */
  void complete(double[] row, double[] completed) {
    System.arraycopy(row, 0, completed, 0, completed.length);
    for (int m = 0; m < missing.length; m++) {
      double expected = mean[missing[m]];
      for (int i = 0; i < present.length; i++) {
        expected += coefficients[m][i] * (row[present[i]] - mean[present[i]]);
      }
      completed[missing[m]] = expected;
    }
  }

  /** Adds how far the missing values spread around what is expected. */
  void addCovariance(double share, Sums sums) {
    for (int m = 0; m < missing.length; m++) {
      for (int n = 0; n <= m; n++) {
        sums.addSecond(missing[m], missing[n], share * covariance[m][n]);
      }
    }
  }
}
