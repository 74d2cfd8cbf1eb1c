package io.lowtide.benchmarks.nab;

/**
 * A labelled window of anomaly, as rows of a file.
 *
 * @param first its first row
 * @param last its last row, itself in the window
 */
record NabWindow(int first, int last) {

  /** Number of rows. */
  int width() {
    return last - first + 1;
  }

  /** Whether a row lies in the window. */
  boolean contains(int row) {
    return first <= row && row <= last;
  }
}
