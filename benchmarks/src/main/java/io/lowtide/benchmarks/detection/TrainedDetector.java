package io.lowtide.benchmarks.detection;

import java.util.Optional;

/** A detector that was trained on one set. */
interface TrainedDetector {

  /**
   * Scores records.
   *
   * @param rows records with the columns of the training table
   * @return one number per record, lower for more anomalous ones; negative infinity where there is
   *     no score
   */
  double[] normality(double[][] rows);

  /**
   * Evaluations of the vector field that a score takes, a second attempt included; NaN for a
   * detector that has none.
   *
   * @param rows records with the columns of the training table, at least one
   * @return the mean over them
   */
  default double meanEvaluations(double[][] rows) {
    return Double.NaN;
  }

  /**
   * What becomes of the false-alarm budget, for a detector that has one.
   *
   * @param normality scores of normal records that it has not seen
   */
  default Optional<FalseAlarms> falseAlarms(double[] normality) {
    return Optional.empty();
  }
}
