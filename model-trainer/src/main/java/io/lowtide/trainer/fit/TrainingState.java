package io.lowtide.trainer.fit;

import java.util.ArrayList;
import java.util.List;

/** Everything that training goes on from. */
final class TrainingState {

  final double[] parameters;
  final AdamOptimizer optimizer;
  final double[] best;
  final List<EpochReport> history = new ArrayList<>();
  double bestValidation = Double.POSITIVE_INFINITY;
  int iteration;
  int validationsSinceBest;
  int setbacks;
  double rateFactor = 1;

  /** Derived from the seed and the epoch: not saved. */
  List<Integer> order = List.of();

  int shuffledEpoch = -1;

  TrainingState(double[] parameters, AdamOptimizer optimizer, double[] best) {
    this.parameters = parameters;
    this.optimizer = optimizer;
    this.best = best;
  }

  static TrainingState start(double[] initial, double weightDecay) {
    return new TrainingState(
        initial, new AdamOptimizer(initial.length, weightDecay), initial.clone());
  }

  /** Takes note of a validation of the present parameters. */
  void validated(EpochReport report) {
    history.add(report);
    if (report.best()) {
      bestValidation = report.validationNegativeLogLikelihood();
      validationsSinceBest = 0;
      System.arraycopy(parameters, 0, best, 0, best.length);
    } else {
      validationsSinceBest++;
    }
  }

  /** The report of the best validation; the last one if none was finite. */
  EpochReport bestReport() {
    EpochReport found = history.get(history.size() - 1);
    for (EpochReport report : history) {
      if (report.best()) {
        found = report;
      }
    }
    return found;
  }
}
