package io.lowtide.trainer.fit;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * p-values of normal records that had no part in the fit they are scored by, nor in the calibration
 * that ranks them: uniform ones, if they are like the records of the calibration.
 *
 * @param sorted the p-values, ascending, each above 0 and at most 1
 * @param calibrationRecords number of the records that rank them
 */
public record HeldOutPValues(double[] sorted, long calibrationRecords) {

  /** Of nothing. */
  public static final HeldOutPValues NONE = new HeldOutPValues(new double[0], 0);

  /**
   * Ranks.
   *
   * @param scores conformity scores, in nats, negative infinity where a record has none
   * @param calibration those of the calibration records, likewise
   */
  static HeldOutPValues of(double[] scores, double[] calibration) {
    double[] known = Arrays.stream(calibration).sorted().toArray();
    double[] pValues = new double[scores.length];
    for (int i = 0; i < scores.length; i++) {
      pValues[i] = (1.0 + atMost(known, scores[i])) / (known.length + 1.0);
    }
    Arrays.sort(pValues);
    return new HeldOutPValues(pValues, known.length);
  }

  private static int atMost(double[] sorted, double score) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] <= score) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** These and others together, as of so many calibration records as the fewer have. */
  HeldOutPValues and(HeldOutPValues others) {
    if (sorted.length == 0) {
      return others;
    }
    return new HeldOutPValues(
        DoubleStream.concat(Arrays.stream(sorted), Arrays.stream(others.sorted)).sorted().toArray(),
        Math.min(calibrationRecords, others.calibrationRecords));
  }

  /** Share of the records whose p-value is at most this; NaN of none. */
  public double shareAtMost(double pValue) {
    return (double) atMost(sorted, pValue) / sorted.length;
  }
}
