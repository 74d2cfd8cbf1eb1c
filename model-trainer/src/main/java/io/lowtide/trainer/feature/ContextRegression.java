package io.lowtide.trainer.feature;

import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.RealMatrix;

/**
 * Ridge regression of one encoded feature on the context: what is left of the feature is what the
 * flow is fitted to, in its own scale.
 *
 * @param intercept in the feature's encoded units
 * @param weights one for each entry of the context
 * @param residualDeviation standard deviation of what is left, in the feature's encoded units
 */
record ContextRegression(double intercept, double[] weights, double residualDeviation) {

  /** Weight of the squared length of the weights, beside the mean squared residual. */
  private static final double RIDGE = 1e-4;

  /** A feature that the context all but determines keeps this share of its scale. */
  private static final double LEAST_RESIDUAL = 1e-3;

  /**
   * Fits.
   *
   * @param context one row of k numbers for each record
   * @param values the feature's encoded value in each record; records where it is NaN are left out
   */
  static ContextRegression fit(double[][] context, double[] values) {
    int k = context[0].length;
    double[] means = new double[k];
    double mean = 0;
    int count = 0;
    for (int row = 0; row < values.length; row++) {
      if (!Double.isNaN(values[row])) {
        count++;
        mean += values[row];
        for (int i = 0; i < k; i++) {
          means[i] += context[row][i];
        }
      }
    }
    mean /= count;
    for (int i = 0; i < k; i++) {
      means[i] /= count;
    }
    double[] weights = solve(context, values, means, mean, count);
    double intercept = mean;
    for (int i = 0; i < k; i++) {
      intercept -= weights[i] * means[i];
    }
    double squares = 0;
    for (int row = 0; row < values.length; row++) {
      if (!Double.isNaN(values[row])) {
        double residual = values[row] - intercept;
        for (int i = 0; i < k; i++) {
          residual -= weights[i] * context[row][i];
        }
        squares += residual * residual / count;
      }
    }
    return new ContextRegression(intercept, weights, Math.max(LEAST_RESIDUAL, Math.sqrt(squares)));
  }

  private static double[] solve(
      double[][] context, double[] values, double[] means, double mean, int count) {
    int k = means.length;
    double[][] products = new double[k][k];
    double[] right = new double[k];
    for (int row = 0; row < values.length; row++) {
      if (!Double.isNaN(values[row])) {
        double value = (values[row] - mean) / count;
        for (int i = 0; i < k; i++) {
          double entry = context[row][i] - means[i];
          right[i] += entry * value;
          for (int j = 0; j <= i; j++) {
            products[i][j] += entry * (context[row][j] - means[j]) / count;
          }
        }
      }
    }
    for (int i = 0; i < k; i++) {
      products[i][i] += RIDGE;
      for (int j = 0; j < i; j++) {
        products[j][i] = products[i][j];
      }
    }
    RealMatrix matrix = new Array2DRowRealMatrix(products, false);
    return new CholeskyDecomposition(matrix)
        .getSolver()
        .solve(new ArrayRealVector(right))
        .toArray();
  }
}
