package io.lowtide.trainer.retrain;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How near the p-values of held-out records are to what they should be: uniform, and within the
 * budget as often as it says.
 *
 * @param alertRate share of the records whose p-value is within the budget
 * @param distance Kolmogorov-Smirnov distance of the p-values from uniform ones
 * @param pValue probability of a distance like that by chance, were the records independent
 * @param inCalibration whether rate and distance are within the limits
 */
record CalibrationCheck(double alertRate, double distance, double pValue, boolean inCalibration) {

  /** Standard deviations that chance does not explain. */
  private static final double CHANCE = 3;

  /** Terms of Kolmogorov's series that matter. */
  private static final int TERMS = 100;

  /**
   * @param rateFactor how many times the budget, or the budget how many times it, a rate may be
   * @param largestDistance of the p-values from uniform ones
   */
  record Limits(double rateFactor, double largestDistance) {}

  /**
   * Checks. A limit counts as passed only where chance does not explain it, with the calibration
   * records, which are as random as the held-out ones, taken into account.
   */
  static CalibrationCheck of(HeldOutScores scores, Limits limits) {
    double[] pValues =
        IntStream.range(0, scores.size())
            .filter(scores::isScored)
            .mapToDouble(scores::pValue)
            .sorted()
            .toArray();
    double records = pValues.length;
    if (records == 0) {
      return new CalibrationCheck(Double.NaN, Double.NaN, Double.NaN, false);
    }
    double calibrated = scores.bundle().calibration().size();
    double budget = scores.budget();
    double rate = Arrays.stream(pValues).filter(p -> p <= budget).count() / records;
    double distance = distanceFromUniform(pValues);
    double effective = records * calibrated / (records + calibrated);
    double chance = CHANCE * Math.sqrt(budget * (1 - budget) / effective);
    boolean rateIsOff =
        Math.abs(rate - budget) > chance
            && (rate > budget * limits.rateFactor() || rate < budget / limits.rateFactor());
    double pValue = kolmogorov(distance * Math.sqrt(effective));
    boolean shapeIsOff =
        distance > limits.largestDistance() && distance * Math.sqrt(effective) > CHANCE;
    // Records without a score raise no alert, and are none that the calibration speaks of.
    boolean canScore = 2 * records > scores.size();
    return new CalibrationCheck(rate, distance, pValue, canScore && !rateIsOff && !shapeIsOff);
  }

  private static double distanceFromUniform(double[] sorted) {
    double largest = 0;
    int n = sorted.length;
    for (int i = 0; i < n; i++) {
      // Equal p-values are one step of the empirical distribution.
      if (i + 1 == n || sorted[i + 1] > sorted[i]) {
        largest = Math.max(largest, (i + 1.0) / n - sorted[i]);
      }
      if (i == 0 || sorted[i] > sorted[i - 1]) {
        largest = Math.max(largest, sorted[i] - (double) i / n);
      }
    }
    return largest;
  }

  /** Probability that Kolmogorov's distribution is above a value. */
  private static double kolmogorov(double value) {
    if (value < 0.2) {
      return 1;
    }
    double sum = 0;
    for (int term = 1; term <= TERMS; term++) {
      sum += (term % 2 == 0 ? -1 : 1) * Math.exp(-2.0 * term * term * value * value);
    }
    return Math.max(0, Math.min(1, 2 * sum));
  }
}
