package io.lowtide.trainer.fit;

/**
 * Linear warm-up to a peak, then a half cosine down (Loshchilov and Hutter 2017, arXiv 1608.03983,
 * equation 5, without restarts).
 *
 * @param peak largest learning rate, positive
 * @param warmupSteps steps up to the peak, at least 0
 * @param totalSteps steps until the end of the decay, more than {@code warmupSteps}
 * @param finalFraction of the peak, at the end; between 0 and 1
 */
public record LearningRateSchedule(
    double peak, long warmupSteps, long totalSteps, double finalFraction) {

  /** Learning rate of a step, counted from 0. */
  public double at(long step) {
    if (step < warmupSteps) {
      return peak * (step + 1) / (warmupSteps + 1);
    }
    double progress =
        Math.min(1, (double) (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
    double cosine = 0.5 * (1 + Math.cos(Math.PI * progress));
    return peak * (finalFraction + (1 - finalFraction) * cosine);
  }
}
