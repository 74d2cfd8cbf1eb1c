package io.lowtide.trainer.fit;

import java.util.List;

/**
 * All that fitting carries from one epoch to the next.
 *
 * @param epoch epochs finished
 * @param step steps finished
 * @param rateScale factor of the scheduled learning rate, halved after each divergence
 * @param stepsBack divergences so far
 * @param bestEpoch epoch of the best parameters; 0 before the first
 * @param elapsedSeconds wall-clock time so far
 */
record FitState(
    int epoch,
    long step,
    double rateScale,
    int stepsBack,
    int bestEpoch,
    double elapsedSeconds,
    double[] parameters,
    long adamSteps,
    double[] firstMoment,
    double[] secondMoment,
    double[] average,
    double[] best,
    List<EpochRecord> history) {}
