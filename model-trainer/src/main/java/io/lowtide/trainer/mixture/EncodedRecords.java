package io.lowtide.trainer.mixture;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Records as a mixture is fitted to them.
 *
 * @param rows encoded values, n by d, NaN where missing
 * @param variances variance of what is spread around each component's values: rounding, noise
 */
public record EncodedRecords(double[][] rows, double[] variances) {

  /** n. */
  public int size() {
    return rows.length;
  }

  /** d. */
  public int dimensions() {
    return variances.length;
  }

  /** So many of them at most, chosen at random, and in random order. */
  EncodedRecords sample(int most, RandomGenerator random) {
    double[][] shuffled = rows.clone();
    int count = Math.min(most, shuffled.length);
    for (int i = 0; i < count; i++) {
      int other = i + random.nextInt(shuffled.length - i);
      double[] kept = shuffled[i];
      shuffled[i] = shuffled[other];
      shuffled[other] = kept;
    }
    return new EncodedRecords(Arrays.copyOf(shuffled, count), variances);
  }

  /** Every k-th record, from one of them on, or all others. */
  EncodedRecords part(int index, int parts, boolean others) {
    double[][] chosen = new double[rows.length][];
    int count = 0;
    for (int row = 0; row < rows.length; row++) {
      if (row % parts == index != others) {
        chosen[count++] = rows[row];
      }
    }
    return new EncodedRecords(Arrays.copyOf(chosen, count), variances);
  }
}
