package io.lowtide.benchmarks.nab;

/**
 * What detections are worth: an application profile of the Numenta Anomaly Benchmark ({@code
 * config/profiles.json} of numenta/NAB; Lavin and Ahmad 2015, section II.C). True negatives count
 * nothing.
 *
 * @param truePositive weight of a window detected at its first row
 * @param falsePositive weight of a detection far from any window
 * @param falseNegative weight of a window that is missed
 */
record NabProfile(double truePositive, double falsePositive, double falseNegative) {

  /** The profile of the published scoreboard. */
  static final NabProfile STANDARD = new NabProfile(1, 0.11, 1);
}
