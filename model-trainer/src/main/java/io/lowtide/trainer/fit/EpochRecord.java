package io.lowtide.trainer.fit;

/**
 * What one epoch did.
 *
 * @param epoch from 1
 * @param steps steps taken since the start
 * @param loss mean training loss, penalties included
 * @param trainNegativeLogLikelihood mean over the epoch's batches, in nats, in encoded units
 * @param validationNegativeLogLikelihood mean over the validation records at the epoch's end
 * @param kineticEnergy mean integral of |f|^2; 0 where it is not penalised
 * @param forwardEvaluations mean evaluations of the field per forward solve
 * @param backwardEvaluations mean evaluations per adjoint solve
 * @param gradientNorm mean norm of the gradient before clipping
 * @param learningRate of the last step
 * @param recordsPerSecond training records per second
 * @param seconds wall-clock time of the epoch, validation included
 */
public record EpochRecord(
    int epoch,
    long steps,
    double loss,
    double trainNegativeLogLikelihood,
    double validationNegativeLogLikelihood,
    double kineticEnergy,
    double forwardEvaluations,
    double backwardEvaluations,
    double gradientNorm,
    double learningRate,
    double recordsPerSecond,
    double seconds) {}
