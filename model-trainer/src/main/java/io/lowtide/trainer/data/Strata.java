package io.lowtide.trainer.data;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;

/**
 * Slices of time, each with the number of rows that a sample takes of it.
 *
 * @param from start of the first slice, in milliseconds since 1970
 * @param width of each slice, in milliseconds
 * @param quotas rows to keep of each slice
 */
record Strata(long from, long width, int[] quotas) {

  /** More would be slices of few records each. */
  private static final int MOST = 200;

  /** All rows in one slice. */
  static Strata single(int mostRows) {
    return new Strata(0, Long.MAX_VALUE, new int[] {mostRows});
  }

  /**
   * Slices that share a number of rows: each gives as many as the others, or all that it has.
   *
   * @param counts rows by the start of the short span that they fall in, in milliseconds
   * @param span length of such a span
   */
  static Strata ofTime(SortedMap<Long, Long> counts, long span, int mostRows) {
    long rows = counts.values().stream().mapToLong(Long::longValue).sum();
    if (rows <= mostRows) {
      return single(mostRows);
    }
    long from = counts.firstKey();
    long range = counts.lastKey() + span - from;
    long width = span * Math.max(1, (range / span + MOST - 1) / MOST);
    long[] ofSlice = new long[Math.toIntExact((range + width - 1) / width)];
    for (Map.Entry<Long, Long> count : counts.entrySet()) {
      ofSlice[Math.toIntExact((count.getKey() - from) / width)] += count.getValue();
    }
    return new Strata(from, width, quotas(ofSlice, mostRows));
  }

  /** Fills the slices up to one level, the fewest first. */
  private static int[] quotas(long[] counts, int mostRows) {
    int[] quotas = new int[counts.length];
    Integer[] order = new Integer[counts.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingLong(slice -> counts[slice]));
    long left = mostRows;
    for (int i = 0; i < order.length; i++) {
      int slice = order[i];
      quotas[slice] = (int) Math.min(counts[slice], left / (order.length - i));
      left -= quotas[slice];
    }
    return quotas;
  }

  /** The slice of a time; what is outside of them goes with the nearest. */
  int of(long time) {
    return quotas.length == 1
        ? 0
        : (int) Math.max(0, Math.min(quotas.length - 1, (time - from) / width));
  }
}
