package io.lowtide.trainer.fit;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * What validation records say of parameters.
 *
 * @param logDensities in nats, one for each record, always in the same order; none if they could
 *     not be integrated
 * @param setAside how many of the least probable ones may be anomalies
 * @param evaluations mean evaluations of the field from data to base, error-controlled
 */
record Validated(double[] logDensities, int setAside, double evaluations) {

  /**
   * How much more probable the records have become.
   *
   * @param mean over the records, in nats
   * @param standardError of that mean, in nats
   */
  record Gain(double mean, double standardError) {}

  static Validated failed() {
    return new Validated(new double[0], 0, Double.NaN);
  }

  /** Mean without those set aside; infinite if there is none. */
  double negativeLogLikelihood() {
    double mean =
        -Arrays.stream(logDensities)
            .sorted()
            .skip(setAside)
            .average()
            .orElse(Double.NEGATIVE_INFINITY);
    return Double.isFinite(mean) ? mean : Double.POSITIVE_INFINITY;
  }

  /** Record by record, without those that others set aside; not a number where one has failed. */
  Gain over(Validated before) {
    if (logDensities.length != before.logDensities.length) {
      return new Gain(Double.NaN, Double.NaN);
    }
    double[] gains =
        IntStream.range(0, logDensities.length)
            .boxed()
            .sorted(Comparator.comparingDouble(record -> before.logDensities[record]))
            .skip(before.setAside)
            .mapToDouble(record -> logDensities[record] - before.logDensities[record])
            .toArray();
    double mean = Arrays.stream(gains).average().orElse(Double.NaN);
    double squares = Arrays.stream(gains).map(gain -> (gain - mean) * (gain - mean)).sum();
    return new Gain(mean, Math.sqrt(squares / (gains.length - 1) / gains.length));
  }
}
