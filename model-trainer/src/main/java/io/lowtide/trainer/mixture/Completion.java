package io.lowtide.trainer.mixture;

import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import io.lowtide.trainer.mixture.Patterns.Pattern;
import java.util.Arrays;

/**
 * Fills in what records lack by what the Gaussian of a mixture expects there that is the most
 * probable one, given the values that are there (regression imputation; Little and Rubin 2019,
 * Statistical Analysis with Missing Data, 3rd edition, chapter 4). A draw in its place gave kernels
 * a smaller share of the density, and found no more.
 */
final class Completion {

  private final GaussianMixture mixture;

  Completion(GaussianMixture mixture) {
    this.mixture = mixture;
  }

  /**
   * The same records, completed.
   *
   * @param records each with a value at least
   */
  EncodedRecords of(EncodedRecords records) {
    double[][] rows = Arrays.stream(records.rows()).map(double[]::clone).toArray(double[][]::new);
    EncodedRecords completed = new EncodedRecords(rows, records.variances());
    for (Pattern pattern : Patterns.of(completed, Integer.MAX_VALUE)) {
      if (pattern.missing().length > 0) {
        complete(pattern);
      }
    }
    return completed;
  }

  private void complete(Pattern pattern) {
    GaussianMixture.Evaluator marginal = mixture.restrictedTo(pattern.present()).newEvaluator();
    Conditional[] conditionals = new Conditional[mixture.components().size()];
    double[] shares = new double[conditionals.length];
    for (double[] row : pattern.rows()) {
      double[] present = Arrays.stream(pattern.present()).mapToDouble(i -> row[i]).toArray();
      marginal.shares(present, shares);
      int likeliest = indexOfLargest(shares);
      if (conditionals[likeliest] == null) {
        conditionals[likeliest] = conditional(pattern, mixture.components().get(likeliest));
      }
      conditionals[likeliest].complete(row, row);
    }
  }

  private static int indexOfLargest(double[] values) {
    int largest = 0;
    for (int i = 1; i < values.length; i++) {
      largest = values[i] > values[largest] ? i : largest;
    }
    return largest;
  }

  private static Conditional conditional(Pattern pattern, Component component) {
    int d = component.mean().length;
    double[][] joint = new double[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        joint[i][j] = component.covariance(i, j);
      }
    }
    return new Conditional(pattern, component.mean(), joint);
  }
}
