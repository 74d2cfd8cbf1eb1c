package io.lowtide.trainer.feature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The order of the records, by which it shows that a column only goes on: what it will hold next is
 * none of what it held.
 */
final class RecordOrder {

  /** Rank correlation with the order of the records from which on a column goes on. */
  private static final double GOES_ON = 0.95;

  private static final int LEAST_RECORDS = 50;

  /** Records of a key that show an order. */
  private static final int LEAST_OF_A_KEY = 10;

  /** Records that are looked at. */
  private static final int MOST_RECORDS = 20_000;

  /** Steps of a counter that may go back. */
  private static final double RESETS = 0.005;

  private final List<int[]> groups;

  private RecordOrder(List<int[]> groups) {
    this.groups = groups;
  }

  /** Of so many records, all of one key. */
  static RecordOrder of(int records) {
    int[] all = new int[records];
    Arrays.setAll(all, row -> row);
    return new RecordOrder(List.of(all));
  }

  /**
   * Of records with a key.
   *
   * @param keys the key of each
   */
  static RecordOrder of(double[] keys) {
    Map<Double, List<Integer>> rows = new HashMap<>();
    for (int row = 0; row < keys.length; row++) {
      rows.computeIfAbsent(keys[row], unused -> new ArrayList<>()).add(row);
    }
    return new RecordOrder(
        rows.values().stream()
            .map(group -> group.stream().mapToInt(Integer::intValue).toArray())
            .toList());
  }

  /** The order of all records, whatever their keys. */
  RecordOrder ofAll() {
    return of(groups.stream().mapToInt(group -> group.length).sum());
  }

  /** How a column goes on: 1 up, -1 down, 0 not. */
  int direction(double[] column) {
    double sum = 0;
    int records = 0;
    for (int[] group : groups) {
      double[] present = present(column, group);
      if (present.length >= LEAST_OF_A_KEY) {
        sum += present.length * rankCorrelation(thinned(present));
        records += present.length;
      }
    }
    if (records < LEAST_RECORDS || Math.abs(sum) < GOES_ON * records) {
      return 0;
    }
    return sum > 0 ? 1 : -1;
  }

  /** Whether a column that goes on never goes back, but where it begins anew. */
  boolean isCounter(double[] column) {
    int forth = 0;
    int back = 0;
    for (int[] group : groups) {
      double[] present = present(column, group);
      for (int i = 1; i < present.length; i++) {
        forth += present[i] > present[i - 1] ? 1 : 0;
        back += present[i] < present[i - 1] ? 1 : 0;
      }
    }
    return Math.min(forth, back) <= RESETS * Math.max(forth, back);
  }

  /** Share of the steps of a column that change it. */
  double changes(double[] column) {
    int changes = 0;
    int steps = 0;
    for (int[] group : groups) {
      double[] present = present(column, group);
      for (int i = 1; i < present.length; i++) {
        changes += present[i] == present[i - 1] ? 0 : 1;
        steps++;
      }
    }
    return steps == 0 ? 0 : (double) changes / steps;
  }

  /** Whether all steps of a column are of one size. */
  boolean isSteady(double[] column) {
    double step = Double.NaN;
    for (int[] group : groups) {
      double[] present = present(column, group);
      for (int i = 1; i < present.length; i++) {
        double next = present[i] - present[i - 1];
        if (!Double.isNaN(step) && Math.abs(next - step) > 1e-6 * Math.abs(step)) {
          return false;
        }
        step = next;
      }
    }
    return true;
  }

  private static double[] present(double[] column, int[] rows) {
    return Arrays.stream(rows)
        .mapToDouble(row -> column[row])
        .filter(x -> !Double.isNaN(x))
        .toArray();
  }

  private static double[] thinned(double[] values) {
    int stride = values.length / MOST_RECORDS + 1;
    double[] thinned = new double[(values.length + stride - 1) / stride];
    Arrays.setAll(thinned, i -> values[i * stride]);
    return thinned;
  }

  /** Spearman's, of the values with their places. */
  private static double rankCorrelation(double[] values) {
    int n = values.length;
    Integer[] order = new Integer[n];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Double.compare(values[a], values[b]));
    double mean = (n - 1) / 2.0;
    double products = 0;
    double squares = 0;
    for (int from = 0; from < n; ) {
      int to = from;
      while (to < n && values[order[to]] == values[order[from]]) {
        to++;
      }
      double rank = (from + to - 1) / 2.0 - mean;
      for (int i = from; i < to; i++) {
        products += rank * (order[i] - mean);
      }
      squares += (to - from) * rank * rank;
      from = to;
    }
    double all = n * ((double) n * n - 1) / 12;
    return squares == 0 ? 0 : products / Math.sqrt(squares * all);
  }
}
