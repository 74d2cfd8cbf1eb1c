package io.lowtide.trainer.fit;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How far each record is from its k-th nearest neighbour (Ramaswamy, Rastogi, Shim 2000, Efficient
 * algorithms for mining outliers from large data sets), k being as many as there may be anomalies:
 * a lump of them is too small for its records to have k neighbours within it, whereas a flow, given
 * time, learns a lump like any other part of the data. The more so where the nearest few are much
 * closer: that is what a lump looks like from within, whereas records at the edge of the data are
 * far from the nearest, too.
 */
final class NeighbourDistances {

  /** Neighbours are looked for among so many records at most. */
  private static final int MOST_CANDIDATES = 2_000;

  /** How many the nearest few are, and the least that k is. */
  private static final int NEAREST_FEW = 5;

  /**
   * Mean squared difference, in squared scales, below which neighbours are as good as in the same
   * place: records that repeat each other are no lump for it.
   */
  private static final double SAME_PLACE = 3e-3;

  private NeighbourDistances() {}

  /**
   * @param records the records
   * @param contamination share of them that may be anomalies
   * @return for each record, the mean squared difference of the encoded values that both have from
   *     those of its k-th nearest neighbour, times the root of how many times that is the one of
   *     its fifth nearest; infinite where none has a value in common
   */
  static double[] of(TrainingData records, double contamination) {
    double[][] encoded = new double[records.size()][records.dimensions()];
    for (int row = 0; row < encoded.length; row++) {
      records.copyEncoded(row, encoded[row]);
    }
    int candidates = Math.min(MOST_CANDIDATES, encoded.length);
    int wanted = Math.max(NEAREST_FEW, (int) Math.ceil(contamination * candidates));
    // A record is no neighbour of its own.
    int neighbours = Math.max(1, Math.min(wanted, candidates - 1));
    return IntStream.range(0, encoded.length)
        .parallel()
        .mapToDouble(row -> distance(encoded, row, candidates, neighbours))
        .toArray();
  }

  private static double distance(double[][] encoded, int row, int candidates, int neighbours) {
    double[] distances = new double[candidates];
    for (int i = 0; i < candidates; i++) {
      int candidate = (int) ((long) i * encoded.length / candidates);
      distances[i] =
          candidate == row
              ? Double.POSITIVE_INFINITY
              : meanSquare(encoded[row], encoded[candidate]);
    }
    Arrays.sort(distances);
    double far = distances[neighbours - 1];
    double near = distances[Math.min(NEAREST_FEW, neighbours) - 1];
    return Double.isInfinite(far) ? far : far * Math.sqrt((far + SAME_PLACE) / (near + SAME_PLACE));
  }

  private static double meanSquare(double[] left, double[] right) {
    double sum = 0;
    int common = 0;
    for (int i = 0; i < left.length; i++) {
      double difference = left[i] - right[i];
      if (!Double.isNaN(difference)) {
        sum += difference * difference;
        common++;
      }
    }
    return common == 0 ? Double.POSITIVE_INFINITY : sum / common;
  }
}
