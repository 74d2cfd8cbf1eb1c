package io.lowtide.benchmarks.nab;

import java.util.ArrayList;
import java.util.List;

/**
 * One detector over all sets, at the one threshold that is best for them together.
 *
 * @param detector name of the detector
 * @param threshold the threshold; infinity for no detection
 * @param anomalyScores of each set, one per row
 * @param scores of each set
 * @param seconds wall-clock time of all rows of all sets, training included
 */
record NabRun(
    String detector,
    double threshold,
    List<double[]> anomalyScores,
    List<NabScore> scores,
    double seconds) {

  /** Runs a detector over the sets, one after the other. */
  static NabRun of(NabDetector detector, List<NabSet> sets, NabScorer scorer) {
    long started = System.nanoTime();
    List<double[]> anomalyScores = new ArrayList<>();
    for (NabSet set : sets) {
      anomalyScores.add(detector.anomalyScores(set));
    }
    double seconds = (System.nanoTime() - started) / 1e9;
    double threshold = scorer.bestThreshold(sets, anomalyScores);
    List<NabScore> scores = new ArrayList<>();
    for (int i = 0; i < sets.size(); i++) {
      scores.add(scorer.score(sets.get(i), anomalyScores.get(i), threshold));
    }
    return new NabRun(detector.name(), threshold, anomalyScores, scores, seconds);
  }

  /** Raw score of all sets. */
  double total() {
    return scores.stream().mapToDouble(NabScore::score).sum();
  }

  /** Windows of all sets. */
  int windows() {
    return scores.stream().mapToInt(NabScore::windows).sum();
  }

  /** Windows of all sets that were detected. */
  int windowsDetected() {
    return scores.stream().mapToInt(NabScore::windowsDetected).sum();
  }

  /** Rows of all sets detected outside of windows. */
  int falsePositives() {
    return scores.stream().mapToInt(NabScore::falsePositives).sum();
  }
}
