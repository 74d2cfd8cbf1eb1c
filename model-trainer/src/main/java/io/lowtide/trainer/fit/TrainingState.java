package io.lowtide.trainer.fit;

import java.util.ArrayList;
import java.util.List;

/** Everything that training goes on from. */
final class TrainingState {

  final double[] parameters;

  /** Exponential moving average of the parameters, which is what validation and the model see. */
  final double[] averaged;

  final AdamOptimizer optimizer;
  final double[] best;
  final List<EpochReport> history = new ArrayList<>();

  /** The averaged parameters at each validation, where they are kept. */
  final List<float[]> trajectory = new ArrayList<>();

  double bestValidation = Double.POSITIVE_INFINITY;
  int iteration;
  int validationsSinceBest;
  int setbacks;
  double rateFactor = 1;

  /** The round that is under way. */
  Round round;

  /** The parameters that it began with. */
  final double[] before;

  /** Evaluations of a validation record after the first round. */
  double firstEvaluations = Double.NaN;

  /** Floating-point operations so far. */
  double work;

  /** Steps of the grid that batches are integrated on. */
  int gridSteps = TrainingGrid.FIRST_GUESS;

  /** Derived from the seed and the epoch: not saved. */
  List<Integer> order = List.of();

  int shuffledEpoch = -1;

  TrainingState(
      double[] parameters,
      double[] averaged,
      AdamOptimizer optimizer,
      double[] best,
      double[] before,
      Round round) {
    this.parameters = parameters;
    this.averaged = averaged;
    this.optimizer = optimizer;
    this.best = best;
    this.before = before;
    this.round = round;
  }

  /**
   * @param iterations of the first round
   */
  static TrainingState start(double[] initial, double weightDecay, int iterations) {
    return new TrainingState(
        initial,
        initial.clone(),
        new AdamOptimizer(initial.length, weightDecay),
        initial.clone(),
        initial.clone(),
        Round.first(iterations));
  }

  /** Takes the present parameters into the average; the decay is less at first. */
  void average(double decay) {
    double kept = Math.min(decay, (1.0 + iteration) / (10.0 + iteration));
    for (int i = 0; i < averaged.length; i++) {
      averaged[i] = kept * averaged[i] + (1 - kept) * parameters[i];
    }
  }

  /** Goes back to the best parameters. */
  void restoreBest() {
    System.arraycopy(best, 0, parameters, 0, best.length);
    System.arraycopy(best, 0, averaged, 0, best.length);
    optimizer.reset();
  }

  /** Begins the next round, with the best parameters. */
  void nextRound() {
    restoreBest();
    System.arraycopy(best, 0, before, 0, best.length);
    round = round.next(iteration);
  }

  /**
   * Takes the best parameters from before the round.
   *
   * @param validation their validation loss
   */
  void undoRound(double validation) {
    System.arraycopy(before, 0, best, 0, best.length);
    bestValidation = validation;
    history.replaceAll(report -> report.iteration() > round.start() ? report.notBest() : report);
  }

  /** Takes note of a validation of the averaged parameters. */
  void validated(EpochReport report) {
    history.add(report);
    if (report.best()) {
      bestValidation = report.validationNegativeLogLikelihood();
      validationsSinceBest = 0;
      System.arraycopy(averaged, 0, best, 0, best.length);
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
