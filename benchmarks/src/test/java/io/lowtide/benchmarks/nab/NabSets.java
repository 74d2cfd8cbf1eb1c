package io.lowtide.benchmarks.nab;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** Sets for tests, with a row every five minutes. */
final class NabSets {

  private NabSets() {}

  /** A set of the values. */
  static NabSet of(String name, double[] values, NabWindow... windows) {
    Instant[] timestamps = new Instant[values.length];
    Arrays.setAll(timestamps, row -> Instant.parse("2014-07-01T00:00:00Z").plusSeconds(300L * row));
    return new NabSet(name, timestamps, values, List.of(windows));
  }

  /** A set of so many zeros. */
  static NabSet ofRows(int rows, NabWindow... windows) {
    return of("zeros", new double[rows], windows);
  }

  /** Anomaly scores of 1 in some rows, and of 0 in the others. */
  static double[] detectedIn(NabSet set, int... rows) {
    double[] scores = new double[set.rows()];
    for (int row : rows) {
      scores[row] = 1;
    }
    return scores;
  }
}
