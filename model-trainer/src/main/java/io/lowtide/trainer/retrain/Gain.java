package io.lowtide.trainer.retrain;

import java.util.stream.IntStream;

/**
 * How much more probable one model finds the held-out records than another.
 *
 * @param mean difference of the log-likelihoods, record by record, in nats
 * @param standardError of that mean, in nats
 * @param records behind it
 */
record Gain(double mean, double standardError, int records) {

  private static final int FEWEST_BLOCKS = 10;
  private static final int MOST_BLOCKS = 50;

  /**
   * Compares two models on the records that both score and neither flags. A few anomalies among the
   * records would outweigh all others, and a challenger that has learned them as normal would win
   * by them; that the champion flags too many is for the calibration to say.
   *
   * <p>Neighbouring records are alike, so the standard error is found from means of blocks of them
   * (batch means; Flegal and Jones 2010, Annals of Statistics 38), and is not less than that of
   * independent records.
   */
  static Gain of(HeldOutScores challenger, HeldOutScores champion) {
    double[] differences =
        IntStream.range(0, champion.size())
            .filter(row -> champion.isScored(row) && challenger.isScored(row))
            .filter(row -> !champion.isFlagged(row) && !challenger.isFlagged(row))
            .mapToDouble(row -> challenger.logLikelihoods()[row] - champion.logLikelihoods()[row])
            .toArray();
    int n = differences.length;
    if (n < 2) {
      return new Gain(Double.NaN, Double.NaN, n);
    }
    double mean = mean(differences, 0, n);
    double independent = Math.sqrt(variance(differences, mean) / n);
    int blocks = Math.min(MOST_BLOCKS, (int) Math.sqrt(n));
    double blockwise = 0;
    if (blocks >= FEWEST_BLOCKS) {
      double[] means = new double[blocks];
      for (int block = 0; block < blocks; block++) {
        means[block] =
            mean(differences, (int) ((long) block * n / blocks), (int) ((block + 1L) * n / blocks));
      }
      blockwise = Math.sqrt(variance(means, mean(means, 0, blocks)) / blocks);
    }
    return new Gain(mean, Math.max(independent, blockwise), n);
  }

  private static double mean(double[] values, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += values[i];
    }
    return sum / (to - from);
  }

  private static double variance(double[] values, double mean) {
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return squares / (values.length - 1);
  }
}
