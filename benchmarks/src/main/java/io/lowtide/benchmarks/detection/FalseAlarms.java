package io.lowtide.benchmarks.detection;

/**
 * False alarms among normal test records.
 *
 * @param budget the budget stated, a probability
 * @param calibrationRecords records behind the calibration, n
 * @param normals normal test records, m
 * @param alarms how many of them raised an alert
 */
record FalseAlarms(double budget, long calibrationRecords, int normals, int alarms) {

  /** Share of the normal test records that raised an alert. */
  double rate() {
    return (double) alarms / normals;
  }

  /**
   * Probability of at least so many false alarms if test and calibration records are exchangeable.
   * With k = floor(budget (n + 1)), an alert is raised when a record ranks among the k lowest, so
   * the number of alarms is beta-binomial: m trials whose probability is Beta(k, n + 1 - k)
   * distributed (Vovk 2012, Proposition 2a).
   */
  double probabilityOfAtLeast() {
    return tail(alarms, normals);
  }

  /** Probability of at most so many false alarms; see {@link #probabilityOfAtLeast}. */
  double probabilityOfAtMost() {
    return tail(0, alarms);
  }

  private double tail(int from, int to) {
    double alpha = Math.floor(budget * (calibrationRecords + 1) + 1e-9);
    double beta = calibrationRecords + 1 - alpha;
    // P(0) = B(alpha, beta + m) / B(alpha, beta), then the ratio of neighbours.
    double logProbability = 0;
    for (int j = 0; j < normals; j++) {
      logProbability += Math.log((beta + j) / (alpha + beta + j));
    }
    double sum = 0;
    for (int alarm = 0; alarm <= to; alarm++) {
      if (alarm >= from) {
        sum += Math.exp(logProbability);
      }
      logProbability +=
          Math.log(
              (double) (normals - alarm)
                  / (alarm + 1)
                  * (alpha + alarm)
                  / (beta + normals - alarm - 1));
    }
    return Math.min(1, sum);
  }
}
