package io.lowtide.benchmarks.nab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The scoring of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015, arXiv 1510.03336, section
 * II.B), by the rules of {@code nab/sweeper.py} of numenta/NAB: a detection inside of a window
 * earns the more, the earlier in the window it is, and each window counts its best detection only;
 * every detection outside costs the more, the farther behind a window it is; every missed window
 * costs; rows of the probation count nothing.
 */
final class NabScorer {

  /** Distance behind a window, in widths of it, from which on a false positive costs all. */
  private static final double FAR = 3;

  private final NabProfile profile;

  NabScorer(NabProfile profile) {
    this.profile = profile;
  }

  /**
   * The scoring function, sigma(y) = 2 / (1 + exp(5 y)) - 1 (equation 1 of the paper), and -1
   * beyond three widths.
   *
   * @param position position relative to a window: -1 at its left end, 0 at its right end, positive
   *     behind it
   */
  static double scaledSigmoid(double position) {
    return position > FAR ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
  }

  /**
   * Scores the detections of one file: the rows whose anomaly score reaches the threshold.
   *
   * @param anomalyScores one per row
   * @param threshold infinity for no detection
   */
  NabScore score(NabSet set, double[] anomalyScores, double threshold) {
    requireScores(set, anomalyScores);
    double total = 0;
    int truePositives = 0;
    int falsePositives = 0;
    int rowsInWindows = 0;
    int windowsDetected = 0;
    for (NabWindow window : set.windows()) {
      double best = -profile.falseNegative();
      int detected = 0;
      for (int row = window.first(); row <= window.last(); row++) {
        if (anomalyScores[row] >= threshold) {
          best = Math.max(best, reward(window, row));
          detected++;
        }
      }
      total += best;
      truePositives += detected;
      rowsInWindows += window.width();
      windowsDetected += detected > 0 ? 1 : 0;
    }
    for (int row = set.probationRows(); row < set.rows(); row++) {
      if (anomalyScores[row] >= threshold && set.windowOf(row).isEmpty()) {
        total += cost(set, row);
        falsePositives++;
      }
    }
    int rowsOutside = set.rows() - set.probationRows() - rowsInWindows;
    return new NabScore(
        total,
        truePositives,
        rowsOutside - falsePositives,
        falsePositives,
        rowsInWindows - truePositives,
        windowsDetected,
        set.windows().size());
  }

  /**
   * The one threshold for all files with the highest sum of raw scores. It is found by going
   * through every distinct anomaly score, so it is exact; NAB climbed a hill from 0.5 when most of
   * its published thresholds were found, and goes through all scores since. Of equally good ones it
   * is the highest.
   *
   * @param anomalyScores one array per set
   * @return a threshold to be reached or exceeded; infinity, if every detection costs more than it
   *     earns
   */
  double bestThreshold(List<NabSet> sets, List<double[]> anomalyScores) {
    List<Candidate> candidates = new ArrayList<>();
    int windows = 0;
    for (int i = 0; i < sets.size(); i++) {
      requireScores(sets.get(i), anomalyScores.get(i));
      addCandidates(sets.get(i), anomalyScores.get(i), windows, candidates);
      windows += sets.get(i).windows().size();
    }
    candidates.sort(Comparator.comparingDouble(Candidate::anomalyScore).reversed());
    double[] ofWindows = new double[windows];
    Arrays.fill(ofWindows, -profile.falseNegative());
    double total = -profile.falseNegative() * windows;
    double highest = total;
    double threshold = Double.POSITIVE_INFINITY;
    for (int i = 0; i < candidates.size(); i++) {
      Candidate candidate = candidates.get(i);
      if (candidate.window() < 0) {
        total += candidate.worth();
      } else if (candidate.worth() > ofWindows[candidate.window()]) {
        total += candidate.worth() - ofWindows[candidate.window()];
        ofWindows[candidate.window()] = candidate.worth();
      }
      boolean isLastOfItsScore =
          i + 1 == candidates.size()
              || candidates.get(i + 1).anomalyScore() < candidate.anomalyScore();
      if (isLastOfItsScore && total > highest) {
        highest = total;
        threshold = candidate.anomalyScore();
      }
    }
    return threshold;
  }

  /**
   * A raw score on the scale of the scoreboard ({@code normalize} in {@code nab/runner.py}): 0 for
   * a detector without any detection, 100 for one that detects every window in its first row and
   * nothing else.
   *
   * @param windows number of windows that the score is about; NaN comes of none
   */
  double normalised(double score, int windows) {
    double none = -profile.falseNegative() * windows;
    double perfect = profile.truePositive() * windows;
    return 100 * (score - none) / (perfect - none);
  }

  private void addCandidates(
      NabSet set, double[] anomalyScores, int windowsBefore, List<Candidate> candidates) {
    for (int row = set.probationRows(); row < set.rows(); row++) {
      int window = -1;
      for (int i = 0; i < set.windows().size(); i++) {
        window = set.windows().get(i).contains(row) ? i : window;
      }
      candidates.add(
          window < 0
              ? new Candidate(anomalyScores[row], -1, cost(set, row))
              : new Candidate(
                  anomalyScores[row],
                  windowsBefore + window,
                  reward(set.windows().get(window), row)));
    }
  }

  /** What a detection inside of a window earns; the first row earns the whole weight. */
  private double reward(NabWindow window, int row) {
    double position = -(window.last() - row + 1) / (double) window.width();
    return profile.truePositive() * scaledSigmoid(position) / scaledSigmoid(-1);
  }

  /** What a detection outside of the windows costs, by its distance from the one before. */
  private double cost(NabSet set, int row) {
    double position = Double.POSITIVE_INFINITY;
    for (NabWindow window : set.windows()) {
      if (window.last() < row) {
        position = (row - window.last()) / (double) (window.width() - 1);
      }
    }
    return profile.falsePositive() * scaledSigmoid(position);
  }

  private static void requireScores(NabSet set, double[] anomalyScores) {
    if (anomalyScores.length != set.rows()) {
      throw new IllegalArgumentException(
          set.name() + ": " + anomalyScores.length + " scores, expected " + set.rows());
    }
    for (int row = 0; row < anomalyScores.length; row++) {
      if (Double.isNaN(anomalyScores[row])) {
        throw new IllegalArgumentException(
            set.name() + ": score of row " + row + " is NaN, expected a number");
      }
    }
  }

  /**
   * A row that may be detected.
   *
   * @param window which window of all sets it lies in, or -1
   * @param worth what its detection earns, or costs
   */
  private record Candidate(double anomalyScore, int window, double worth) {}
}
