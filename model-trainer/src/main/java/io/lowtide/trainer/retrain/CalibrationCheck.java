package io.lowtide.trainer.retrain;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How near the p-values of held-out records are to what they should be: uniform, and within the
 * budget as often as it says, but for the anomalies that may be among the records.
 *
 * <p>A model is calibrated on normal records. Where a share c of the held-out ones are anomalies,
 * budget (1 - c) of all are flagged of the normal ones, and of the anomalies at most all: from
 * budget (1 - c) to budget (1 - c) + c. Anomalies, whose p-values are low, take the distance from
 * uniform ones up by c at most.
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
   * @param rateFactor how many times the most that is expected, or the least how many times it, a
   *     rate may be
   * @param largestDistance of the p-values from uniform ones
   * @param contamination share of the records that may be anomalies
   */
  record Limits(double rateFactor, double largestDistance, double contamination) {

    boolean allowRate(double rate, double budget, double effective) {
      double least = budget * (1 - contamination);
      double most = least + contamination;
      return rate > most
          ? rate <= most * rateFactor || rate - most <= chance(most, effective)
          : rate >= least / rateFactor || least - rate <= chance(least, effective);
    }

    private static double chance(double rate, double effective) {
      return CHANCE * Math.sqrt(rate * (1 - rate) / effective);
    }

    boolean allowDistance(double distance, double effective) {
      double unexplained = distance - contamination;
      return unexplained <= largestDistance || unexplained * Math.sqrt(effective) <= CHANCE;
    }
  }

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
    return of(
        pValues, scores.size(), scores.bundle().calibration().size(), scores.budget(), limits);
  }

  /**
   * Checks.
   *
   * @param pValues of the records with a score, sorted
   * @param all records, with those that have none
   * @param calibrated records that the p-values are found among
   */
  static CalibrationCheck of(
      double[] pValues, int all, long calibrated, double budget, Limits limits) {
    double records = pValues.length;
    if (records == 0) {
      return new CalibrationCheck(Double.NaN, Double.NaN, Double.NaN, false);
    }
    double rate = Arrays.stream(pValues).filter(p -> p <= budget).count() / records;
    double distance = distanceFromUniform(pValues);
    double effective = records * calibrated / (records + calibrated);
    // Records without a score raise no alert, and are none that the calibration speaks of.
    boolean canScore = 2 * records > all;
    return new CalibrationCheck(
        rate,
        distance,
        kolmogorov(distance * Math.sqrt(effective)),
        canScore
            && limits.allowRate(rate, budget, effective)
            && limits.allowDistance(distance, effective));
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
