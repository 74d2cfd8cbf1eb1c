package io.lowtide.trainer.mixture;

import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * How many components a mixture has: the mean of densities that are coarse, which say what values
 * have to do with each other, and of a fine one, with as many components as records bear. A few
 * components stretch to where records are rare, and make what lies there probable; many small ones
 * do not, but each knows little of its neighbourhood.
 *
 * @param components of one coarse fit, at most
 * @param most components of all fits together: scores cost as much as there are
 */
public record MixtureForm(int components, int most) {

  /** To choose a form by; more of them would make that longer, and hardly better. */
  static final int MOST_RECORDS_TO_CHOOSE_BY = 3_000;

  private static final int MOST_RECORDS = 10_000;

  /** Of all components together, so that a bundle stays well below what a message may hold. */
  private static final int MOST_NUMBERS = 60_000;

  /** Records that the mean of all covariances counts as in each of them, for each dimension. */
  private static final double SHRINKAGE = 1;

  /** Coarse fits from different first groups. */
  private static final int STARTS = 3;

  private static final int RECORDS_PER_FINE_COMPONENT = 5;

  /** How many times as many components a fine fit has, at least and at most. */
  private static final int FINER = 2;

  private static final int FINEST = 8;

  /** How many components all fits may have together. */
  static int mostThatABundleHolds(int dimensions) {
    return MOST_NUMBERS / (dimensions * (dimensions + 3) / 2 + 1);
  }

  /**
   * Fits a mixture of this form: half of its weight is that of the coarse density, half that of the
   * fine one. Where no fit is finer, several coarse ones are averaged, from different first groups,
   * since expectation maximisation finds no more than the best one near to where it starts.
   *
   * @param records to fit to
   * @param seed of every random choice
   */
  public GaussianMixture fit(EncodedRecords records, long seed) {
    EncodedRecords sampled = records.sample(MOST_RECORDS, new SplittableRandom(seed));
    int fine =
        IntStream.of(
                FINEST * components, sampled.size() / RECORDS_PER_FINE_COMPONENT, most - components)
            .min()
            .orElseThrow();
    if (fine >= FINER * components) {
      return average(
          fitOnce(sampled, components, seed),
          fitOnce(sampled, fine, new SplittableRandom(seed).nextLong()));
    }
    int starts = components == 1 ? 1 : Math.max(1, Math.min(STARTS, most / components));
    return average(
        new SplittableRandom(seed)
            .longs(starts)
            .mapToObj(start -> fitOnce(sampled, start))
            .toArray(GaussianMixture[]::new));
  }

  private static GaussianMixture average(GaussianMixture... mixtures) {
    List<Component> all = new ArrayList<>();
    for (GaussianMixture mixture : mixtures) {
      for (Component one : mixture.components()) {
        all.add(new Component(one.weight() / mixtures.length, one.mean(), one.factor()));
      }
    }
    return new GaussianMixture(all);
  }

  /** One coarse fit. */
  GaussianMixture fitOnce(EncodedRecords records, long seed) {
    return fitOnce(records, components, seed);
  }

  private static GaussianMixture fitOnce(EncodedRecords records, int components, long seed) {
    return new ExpectationMaximisation(records, SHRINKAGE * records.dimensions())
        .fit(components, seed);
  }

  @Override
  public String toString() {
    return components + (components == 1 ? " component" : " components");
  }
}
