package io.lowtide.trainer.fit;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How far each record is from its k-th nearest neighbour (Ramaswamy, Rastogi, Shim 2000, Efficient
 * algorithms for mining outliers from large data sets), k being as many as there may be anomalies:
 * a lump of them is too small for its records to have k neighbours within it, whereas a flow, given
 * time, learns a lump like any other part of the data.
 */
final class NeighbourDistances {

  /** Neighbours are looked for among so many records at most. */
  private static final int MOST_CANDIDATES = 2_000;

  private static final int LEAST_NEIGHBOURS = 5;

  private NeighbourDistances() {}

  /**
   * @param records the records
   * @param contamination share of them that may be anomalies
   * @return for each record, the mean squared difference of the encoded values that both have from
   *     those of its k-th nearest neighbour; infinite where none has a value in common
   */
  static double[] of(TrainingData records, double contamination) {
    double[][] encoded = new double[records.size()][records.dimensions()];
    for (int row = 0; row < encoded.length; row++) {
      records.copyEncoded(row, encoded[row]);
    }
    int candidates = Math.min(MOST_CANDIDATES, encoded.length);
    int wanted = Math.max(LEAST_NEIGHBOURS, (int) Math.ceil(contamination * candidates));
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
    return distances[neighbours - 1];
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
