package io.lowtide.density.feature;

import java.util.Map;
import java.util.TreeMap;

/**
 * What is remembered of the records of one key: for some fields the latest values, the most recent
 * first, NaN for a missing one. Immutable.
 *
 * @param values by field; not to be changed
 */
public record KeyHistory(Map<String, double[]> values) {

  /** Of a key that had no record yet. */
  public static final KeyHistory EMPTY = new KeyHistory(Map.of());

  /** The value that a field had some records ago, NaN if it was missing or there was none. */
  double before(String field, int lag) {
    double[] past = values.get(field);
    return past == null || past.length < lag ? Double.NaN : past[lag - 1];
  }

  /**
   * The history after one more record.
   *
   * @param depths how many values to keep, by field
   * @param latest the record's values, in the order of {@code depths}
   */
  KeyHistory after(Map<String, Integer> depths, double[] latest) {
    Map<String, double[]> next = new TreeMap<>();
    int index = 0;
    for (Map.Entry<String, Integer> depth : depths.entrySet()) {
      double[] past = values.getOrDefault(depth.getKey(), new double[0]);
      double[] shifted = new double[Math.min(depth.getValue(), past.length + 1)];
      shifted[0] = latest[index++];
      System.arraycopy(past, 0, shifted, 1, shifted.length - 1);
      next.put(depth.getKey(), shifted);
    }
    return new KeyHistory(next);
  }
}
