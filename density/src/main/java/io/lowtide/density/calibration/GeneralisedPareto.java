package io.lowtide.density.calibration;

/**
 * Generalised Pareto model of the log-likelihoods below a threshold (peaks over threshold; Pickands
 * 1975).
 *
 * @param threshold u, in nats
 * @param exceedanceProbability P(log-likelihood &lt; u), in (0, 1)
 * @param shape xi, at least 0, so that no log-likelihood counts as impossible
 * @param scale beta in nats, positive
 */
record GeneralisedPareto(
    double threshold, double exceedanceProbability, double shape, double scale) {

  private static final double TAIL_FRACTION = 0.1;
  private static final int LEAST_EXCEEDANCES = 30;

  GeneralisedPareto {
    if (!Double.isFinite(threshold)
        || !(exceedanceProbability > 0 && exceedanceProbability < 1)
        || !(shape >= 0 && shape < 1)
        || !(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "calibration tail: threshold "
              + threshold
              + ", exceedanceProbability "
              + exceedanceProbability
              + ", shape "
              + shape
              + ", scale "
              + scale
              + "; expected finite, in (0, 1), in [0, 1), positive");
    }
  }

  /**
   * Fits the lowest tenth by probability-weighted moments (Hosking and Wallis 1987, section 3.3).
   *
   * @param sorted log-likelihoods, ascending
   * @return null if there are fewer than 30 exceedances or they have no spread
   */
  static GeneralisedPareto fit(double[] sorted) {
    int count = (int) (sorted.length * TAIL_FRACTION);
    if (count < LEAST_EXCEEDANCES) {
      return null;
    }
    double threshold = sorted[count];
    double first = 0;
    double second = 0;
    for (int i = 0; i < count; i++) {
      // Exceedances in ascending order run from the threshold downwards.
      double exceedance = threshold - sorted[count - 1 - i];
      first += exceedance;
      second += exceedance * (1 - (i + 0.65) / count);
    }
    first /= count;
    second /= count;
    if (!(first > 2 * second) || !(second > 0)) {
      return null;
    }
    // In the convention of the paper k = -xi.
    double shape = 2 - first / (first - 2 * second);
    double scale = 2 * first * second / (first - 2 * second);
    if (shape < 0) {
      shape = 0;
      scale = first;
    }
    return new GeneralisedPareto(
        threshold, (double) count / sorted.length, Math.min(shape, 0.99), scale);
  }

  /** Log-probability of a log-likelihood below the given one, itself below the threshold. */
  double logProbabilityBelow(double logLikelihood) {
    double exceedance = (threshold - logLikelihood) / scale;
    double logSurvival = shape < 1e-9 ? -exceedance : -Math.log1p(shape * exceedance) / shape;
    return Math.log(exceedanceProbability) + logSurvival;
  }
}
