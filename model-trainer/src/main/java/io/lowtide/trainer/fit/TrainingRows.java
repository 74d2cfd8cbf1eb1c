package io.lowtide.trainer.fit;

import java.util.random.RandomGenerator;

/**
 * Records as a flow is fitted to them: encoded, with noise drawn afresh each time they are read.
 */
public interface TrainingRows {

  /** Number of records. */
  int size();

  /** d, encoded values per record. */
  int dimensions();

  /** k, context values per record. */
  default int contextDimensions() {
    return 0;
  }

  /**
   * Reads one record.
   *
   * @param row index, from 0
   * @param noise where its noise comes from
   * @param encoded receives d numbers
   */
  void read(int row, RandomGenerator noise, double[] encoded);

  /**
   * Reads the context of one record.
   *
   * @param row index, from 0
   * @param context receives k numbers
   */
  default void readContext(int row, double[] context) {}
}
