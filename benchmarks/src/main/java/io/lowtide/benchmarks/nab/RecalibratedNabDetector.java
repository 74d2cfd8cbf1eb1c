package io.lowtide.benchmarks.nab;

import java.util.Arrays;

/**
 * Another detector's scores, ranked among those that the same file had before (online conformal
 * p-values; Laxhammar and Falkman 2010): what was normal in the probation need not stay so, and
 * ranks mean the same in every file. Looks at no later row.
 */
final class RecalibratedNabDetector implements NabDetector {

  /** Rows after the probation whose scores only serve to rank later ones. */
  private static final int LEAST_RANKED = 30;

  /** Most that a score above all before it gains, beside its rank. */
  private static final double LARGEST_EXCESS = 2;

  private final NabDetector ranked;

  RecalibratedNabDetector(NabDetector ranked) {
    this.ranked = ranked;
  }

  @Override
  public String name() {
    return ranked.name() + ", ranked online";
  }

  @Override
  public double[] anomalyScores(NabSet set) {
    return ranks(ranked.anomalyScores(set), set.probationRows());
  }

  /**
   * -log10 of each score's online p-value; above all scores before it, its relative excess is
   * added.
   *
   * @param scores at least 0
   * @param from first row that counts
   */
  static double[] ranks(double[] scores, int from) {
    double[] ranks = new double[scores.length];
    double[] sorted = new double[scores.length - from];
    for (int row = from; row < scores.length; row++) {
      int count = row - from;
      int found = Arrays.binarySearch(sorted, 0, count, scores[row]);
      int position = found >= 0 ? firstOf(sorted, found) : -found - 1;
      if (count >= LEAST_RANKED) {
        int atLeast = count - position;
        ranks[row] = -Math.log10((atLeast + 1.0) / (count + 1));
        if (atLeast == 0) {
          double highest = sorted[count - 1];
          ranks[row] += Math.min(LARGEST_EXCESS, (scores[row] - highest) / (highest + 1));
        }
      }
      System.arraycopy(sorted, position, sorted, position + 1, count - position);
      sorted[position] = scores[row];
    }
    return ranks;
  }

  private static int firstOf(double[] sorted, int index) {
    int first = index;
    while (first > 0 && sorted[first - 1] == sorted[index]) {
      first--;
    }
    return first;
  }
}
