package io.lowtide.trainer.mixture;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Groups of records that are close together, by k-means (Lloyd 1982) from seeds that are far apart
 * (k-means++; Arthur and Vassilvitskii 2007).
 */
final class Groups {

  private Groups() {}

  /**
   * @param rows complete records
   * @param count of groups; some may stay empty
   * @param rounds of k-means
   * @return for each record, its group
   */
  static int[] of(double[][] rows, int count, int rounds, SplittableRandom random) {
    double[][] centres = seeds(rows, count, random);
    int[] groups = new int[rows.length];
    for (int round = 0; round <= rounds; round++) {
      for (int row = 0; row < rows.length; row++) {
        groups[row] = nearest(rows[row], centres);
      }
      if (round < rounds) {
        move(centres, rows, groups);
      }
    }
    return groups;
  }

  private static double[][] seeds(double[][] rows, int count, SplittableRandom random) {
    double[][] seeds = new double[count][];
    double[] distances = new double[rows.length];
    Arrays.fill(distances, Double.POSITIVE_INFINITY);
    int chosen = random.nextInt(rows.length);
    for (int k = 0; k < count; k++) {
      seeds[k] = rows[chosen].clone();
      double total = 0;
      for (int row = 0; row < rows.length; row++) {
        distances[row] = Math.min(distances[row], distance(rows[row], seeds[k]));
        total += distances[row];
      }
      double left = random.nextDouble() * total;
      chosen = 0;
      while (chosen < rows.length - 1 && left >= distances[chosen]) {
        left -= distances[chosen++];
      }
    }
    return seeds;
  }

  private static int nearest(double[] row, double[][] centres) {
    int nearest = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int k = 0; k < centres.length; k++) {
      double distance = distance(row, centres[k]);
      if (distance < least) {
        least = distance;
        nearest = k;
      }
    }
    return nearest;
  }

  /** Each to the mean of its group; that of an empty one stays. */
  private static void move(double[][] centres, double[][] rows, int[] groups) {
    double[][] sums = new double[centres.length][rows[0].length];
    int[] counts = new int[centres.length];
    for (int row = 0; row < rows.length; row++) {
      counts[groups[row]]++;
      double[] sum = sums[groups[row]];
      for (int i = 0; i < sum.length; i++) {
        sum[i] += rows[row][i];
      }
    }
    for (int k = 0; k < centres.length; k++) {
      for (int i = 0; i < sums[k].length && counts[k] > 0; i++) {
        centres[k][i] = sums[k][i] / counts[k];
      }
    }
  }

  /** Squared. */
  private static double distance(double[] left, double[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      double difference = left[i] - right[i];
      sum += difference * difference;
    }
    return sum;
  }
}
