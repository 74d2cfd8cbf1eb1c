package io.lowtide.trainer.engine;

import java.util.random.RandomGenerator;

/** Where the probes of Hutchinson's estimator come from: zero mean, identity covariance. */
public enum ProbeDistribution {
  /** -1 or 1 with equal probability: the least variance there is for independent entries. */
  RADEMACHER {
    @Override
    public void fill(double[] probe, RandomGenerator random) {
      for (int i = 0; i < probe.length; i++) {
        probe[i] = random.nextBoolean() ? 1 : -1;
      }
    }
  },

  /** Standard normal. */
  GAUSSIAN {
    @Override
    public void fill(double[] probe, RandomGenerator random) {
      for (int i = 0; i < probe.length; i++) {
        probe[i] = random.nextGaussian();
      }
    }
  };

  /** Draws every entry. */
  public abstract void fill(double[] probe, RandomGenerator random);
}
