package io.lowtide.trainer.fit;

/**
 * How training stands after a validation.
 *
 * @param epoch passes over the training records so far, from 1
 * @param iteration parameter updates so far
 * @param iterations updates planned
 * @param trainNegativeLogLikelihood mean since the last report, in nats, in encoded and smoothed
 *     units
 * @param validationNegativeLogLikelihood mean over the validation records, likewise; NaN where
 *     every record takes part in the fit
 * @param best whether this is the best validation so far
 * @param learningRate in force
 * @param forwardEvaluations mean evaluations of the field in a forward solve since the last report
 * @param backwardEvaluations mean evaluations in an adjoint solve
 * @param recordsPerSecond training speed since the last report
 * @param seconds since training began
 */
public record EpochReport(
    int epoch,
    int iteration,
    int iterations,
    double trainNegativeLogLikelihood,
    double validationNegativeLogLikelihood,
    boolean best,
    double learningRate,
    double forwardEvaluations,
    double backwardEvaluations,
    double recordsPerSecond,
    double seconds) {

  /** Whether there are validation records. */
  public boolean isValidated() {
    return !Double.isNaN(validationNegativeLogLikelihood);
  }

  /** The same with other losses. */
  EpochReport withLosses(double training, double validation, boolean isBest) {
    return new EpochReport(
        epoch,
        iteration,
        iterations,
        training,
        validation,
        isBest,
        learningRate,
        forwardEvaluations,
        backwardEvaluations,
        recordsPerSecond,
        seconds);
  }

  /** The same, but none of the best. */
  EpochReport notBest() {
    return withLosses(trainNegativeLogLikelihood, validationNegativeLogLikelihood, false);
  }

  /** Seconds that the remaining iterations would take, if none is saved by stopping early. */
  public double secondsLeft() {
    return seconds / iteration * (iterations - iteration);
  }
}
