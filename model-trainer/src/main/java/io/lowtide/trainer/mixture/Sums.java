package io.lowtide.trainer.mixture;

/** Weighted sums over records: what a component's mean and covariance are made of. */
final class Sums {

  /** A record's share of a component that leaves no trace in its mean and covariance. */
  private static final double NEGLIGIBLE = 1e-9;

  private final double[] centre;
  private final double[] first;
  private final double[][] second;
  private final double[] difference;
  private double weight;

  /**
   * @param centre near to the mean, d numbers, so that no digits are lost
   */
  Sums(double[] centre) {
    int d = centre.length;
    this.centre = centre;
    this.first = new double[d];
    this.second = new double[d][d];
    this.difference = new double[d];
  }

  /** Adds a record. */
  void add(double share, double[] row) {
    if (share < NEGLIGIBLE) {
      return;
    }
    weight += share;
    for (int i = 0; i < difference.length; i++) {
      difference[i] = row[i] - centre[i];
      double weighted = share * difference[i];
      first[i] += weighted;
      double[] line = second[i];
      for (int j = 0; j <= i; j++) {
        line[j] += weighted * difference[j];
      }
    }
  }

  /** Adds to what the second moment of two components is. */
  void addSecond(int i, int j, double value) {
    second[Math.max(i, j)][Math.min(i, j)] += value;
  }

  /** Of all records together. */
  double weight() {
    return weight;
  }

  double[] mean() {
    double[] mean = new double[centre.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = centre[i] + first[i] / weight;
    }
    return mean;
  }

  double[][] covariance() {
    int d = centre.length;
    double[][] covariance = new double[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j <= i; j++) {
        double value = second[i][j] / weight - first[i] / weight * (first[j] / weight);
        covariance[i][j] = value;
        covariance[j][i] = value;
      }
      covariance[i][i] = Math.max(0, covariance[i][i]);
    }
    return covariance;
  }
}
