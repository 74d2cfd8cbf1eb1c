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

  /** Those that have a value. */
  EncodedRecords withAValue() {
    return new EncodedRecords(
        Arrays.stream(rows)
            .filter(row -> !Arrays.stream(row).allMatch(Double::isNaN))
            .toArray(double[][]::new),
        variances);
  }

  /** The same records with other noise. */
  EncodedRecords withVariances(double[] others) {
    return new EncodedRecords(rows, others);
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

  /**
   * Records that have about half of their values, whichever, each from another one, and lack what
   * records lack.
   *
   * @param times how many for each record
   * @param random source
   */
  EncodedRecords mixed(int times, RandomGenerator random) {
    double[][] columns = columns();
    return madeUp(
        times,
        (row, i) -> random.nextBoolean() ? row[i] : columns[i][random.nextInt(columns[i].length)]);
  }

  /**
   * Records whose values are anywhere from the least to the largest of their component, and that
   * lack what records lack.
   *
   * @param times how many for each record
   * @param random source
   */
  EncodedRecords spreadEvenly(int times, RandomGenerator random) {
    double[][] columns = columns();
    double[] least = new double[dimensions()];
    double[] largest = new double[dimensions()];
    for (int i = 0; i < least.length; i++) {
      least[i] = Arrays.stream(columns[i]).min().orElse(0);
      largest[i] = Arrays.stream(columns[i]).max().orElse(0);
    }
    return madeUp(times, (row, i) -> least[i] + (largest[i] - least[i]) * random.nextDouble());
  }

  /** The values that are there, by component. */
  private double[][] columns() {
    double[][] columns = new double[dimensions()][];
    for (int i = 0; i < columns.length; i++) {
      int component = i;
      columns[i] =
          Arrays.stream(rows)
              .mapToDouble(row -> row[component])
              .filter(value -> !Double.isNaN(value))
              .toArray();
    }
    return columns;
  }

  private EncodedRecords madeUp(int times, ValueOfRow value) {
    double[][] made = new double[times * rows.length][dimensions()];
    for (int index = 0; index < made.length; index++) {
      double[] row = rows[index % rows.length];
      for (int i = 0; i < row.length; i++) {
        made[index][i] = Double.isNaN(row[i]) ? Double.NaN : value.of(row, i);
      }
    }
    return new EncodedRecords(made, variances);
  }

  /** What a made-up record has in the place of a value. */
  private interface ValueOfRow {
    double of(double[] row, int component);
  }
}
