package io.lowtide.trainer.mixture;

import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How many components a mixture has.
 *
 * @param components of one fit, at most
 */
public record MixtureForm(int components) {

  /** To choose a form by; more of them would make that longer, and hardly better. */
  static final int MOST_RECORDS_TO_CHOOSE_BY = 3_000;

  private static final int MOST_RECORDS = 10_000;

  /** Of all components together, so that a bundle stays well below what a message may hold. */
  private static final int MOST_NUMBERS = 60_000;

  /** Records that the common diagonal counts as in each covariance, for each dimension. */
  private static final double SHRINKAGE = 0.3;

  /** Fits from different first groups whose densities are averaged. */
  private static final int STARTS = 3;

  /** More of them than this, of all fits together, would make scores dearer, and hardly better. */
  private static final int MOST_TOGETHER = 128;

  /** How many components all fits may have together. */
  static int mostThatABundleHolds(int dimensions) {
    return MOST_NUMBERS / (dimensions * (dimensions + 3) / 2 + 1);
  }

  /**
   * Fits a mixture of this form: the mean of several densities, each from first groups of its own,
   * since expectation maximisation finds no more than the best one near to where it starts.
   *
   * @param records to fit to
   * @param seed of every random choice
   */
  public GaussianMixture fit(EncodedRecords records, long seed) {
    EncodedRecords sampled = records.sample(MOST_RECORDS, new SplittableRandom(seed));
    if (components == 1) {
      return fitOnce(sampled, seed);
    }
    int together = Math.min(MOST_TOGETHER, mostThatABundleHolds(records.dimensions()));
    int starts = Math.max(1, Math.min(STARTS, together / components));
    SplittableRandom seeds = new SplittableRandom(seed);
    List<Component> all = new ArrayList<>();
    for (int start = 0; start < starts; start++) {
      for (Component one : fitOnce(sampled, seeds.nextLong()).components()) {
        all.add(new Component(one.weight() / starts, one.mean(), one.factor()));
      }
    }
    return new GaussianMixture(all);
  }

  GaussianMixture fitOnce(EncodedRecords records, long seed) {
    return new ExpectationMaximisation(records, SHRINKAGE * records.dimensions())
        .fit(components, seed);
  }

  @Override
  public String toString() {
    return components + (components == 1 ? " component" : " components");
  }
}
