package io.lowtide.benchmarks.detection;

import io.lowtide.trainer.data.Table;

/** A detector that the benchmark trains and scores itself. */
interface Detector {

  /** Name in the report. */
  String name();

  /**
   * Trains on normal records.
   *
   * @param training normal records, in file order
   * @param seed seed of every random choice
   */
  TrainedDetector train(Table training, long seed);
}
