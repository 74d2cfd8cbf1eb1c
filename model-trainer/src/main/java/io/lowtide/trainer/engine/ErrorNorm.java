package io.lowtide.trainer.engine;

import java.util.Arrays;

/** How the estimated errors of a batch become the one number that a shared step must bound. */
public enum ErrorNorm {
  /**
   * The largest norm of any record; a record's norm is the largest root mean square over a group of
   * its columns. Bounds every record, whatever its neighbours.
   */
  EVERY_RECORD {
    @Override
    public double of(double[] squares, int records, int[] groups) {
      double largest = 0;
      double[] sums = new double[records];
      int begin = 0;
      for (int end : groups) {
        Arrays.fill(sums, 0);
        for (int column = begin; column < end; column++) {
          for (int record = 0; record < records; record++) {
            sums[record] += squares[column * records + record];
          }
        }
        for (double sum : sums) {
          largest = Math.max(largest, sum / (end - begin));
        }
        begin = end;
      }
      return Math.sqrt(largest);
    }
  },

  /** Root mean square over all records and columns, the norm of torchdiffeq. */
  BATCH_RMS {
    @Override
    public double of(double[] squares, int records, int[] groups) {
      int size = records * groups[groups.length - 1];
      double sum = 0;
      for (int i = 0; i < size; i++) {
        sum += squares[i];
      }
      return Math.sqrt(sum / size);
    }
  };

  /**
   * The norm.
   *
   * @param squares squared scaled errors, column-major
   * @param records rows
   * @param groups end of each group of columns; the first starts at column 0
   */
  public abstract double of(double[] squares, int records, int[] groups);
}
