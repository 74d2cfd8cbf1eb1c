package io.lowtide.benchmarks.nab;

/**
 * How a detector did on one file at one threshold.
 *
 * @param score raw score: between minus the number of windows (or less, with many false positives)
 *     and plus that number
 * @param truePositives rows detected inside of windows
 * @param trueNegatives rows not detected outside of windows
 * @param falsePositives rows detected outside of windows
 * @param falseNegatives rows not detected inside of windows
 * @param windowsDetected windows with at least one detected row
 * @param windows all windows
 */
record NabScore(
    double score,
    int truePositives,
    int trueNegatives,
    int falsePositives,
    int falseNegatives,
    int windowsDetected,
    int windows) {

  /** Rows detected. */
  int detections() {
    return truePositives + falsePositives;
  }
}
