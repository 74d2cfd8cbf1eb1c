package io.lowtide.trainer.evaluation;

import java.util.Arrays;
import java.util.Comparator;

/**
 * How well scores separate anomalies from normal records.
 *
 * @param areaUnderCurve probability that an anomaly scores lower than a normal record, ties
 *     counting half (area under the receiver operating characteristic), in [0, 1]
 * @param averagePrecision mean of the precision at each anomaly, from the lowest score on, in (0,
 *     1]; records of one score count together
 */
public record DetectionMetrics(double areaUnderCurve, double averagePrecision) {

  /**
   * Measures.
   *
   * @param scores one per record, of any detector, low for anomalous ones
   * @param anomalous for each record, whether it is an anomaly; both kinds must occur
   * @throws IllegalArgumentException if there is no anomaly, or nothing else
   */
  public static DetectionMetrics of(double[] scores, boolean[] anomalous) {
    Integer[] order = new Integer[scores.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> scores[i]));
    long anomalies = 0;
    for (boolean isAnomaly : anomalous) {
      anomalies += isAnomaly ? 1 : 0;
    }
    long normals = anomalous.length - anomalies;
    if (anomalies == 0 || normals == 0) {
      throw new IllegalArgumentException(
          anomalies + " anomalies and " + normals + " normal records, expected some of each");
    }
    double pairs = 0;
    double precisions = 0;
    long anomaliesBefore = 0;
    long normalsBefore = 0;
    for (int start = 0; start < order.length; ) {
      int end = start;
      long anomaliesHere = 0;
      while (end < order.length && scores[order[end]] == scores[order[start]]) {
        anomaliesHere += anomalous[order[end]] ? 1 : 0;
        end++;
      }
      long normalsHere = end - start - anomaliesHere;
      pairs += anomaliesHere * (normals - normalsBefore - 0.5 * normalsHere);
      anomaliesBefore += anomaliesHere;
      normalsBefore += normalsHere;
      precisions += anomaliesHere * ((double) anomaliesBefore / end);
      start = end;
    }
    return new DetectionMetrics(pairs / ((double) anomalies * normals), precisions / anomalies);
  }
}
