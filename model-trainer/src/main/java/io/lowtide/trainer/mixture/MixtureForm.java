package io.lowtide.trainer.mixture;

import io.lowtide.density.flow.BaseDensity;
import io.lowtide.density.flow.BaseEvaluator;
import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import io.lowtide.density.flow.StandardNormal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * How many components a mixture has, and how far they are shrunk. Chosen by cross-validation: as
 * those that make records most probable that had no part in the fit. The least probable of them
 * count as no less than the rest, since a few may be anomalies. A form that asks more of the
 * records than they can tell loses by that at once.
 *
 * @param components of one fit, at most
 * @param shrinkage records that the common diagonal counts as in each covariance
 */
public record MixtureForm(int components, double shrinkage) {

  /** More of them would make a fit longer, and hardly better. */
  private static final int MOST_RECORDS = 3_000;

  private static final int RECORDS_PER_COMPONENT = 10;

  /** Of all components together, so that a bundle stays well below what a message may hold. */
  private static final int MOST_NUMBERS = 60_000;

  /** Fits from different first groups whose densities are averaged. */
  private static final int STARTS = 3;

  private static final int FOLDS = 3;

  /** Log-densities below this quantile count as if they were at it. */
  private static final double LEAST_PROBABLE = 0.01;

  /** In records for each dimension. */
  private static final double[] SHRINKAGES = {0, 1};

  /**
   * Chooses.
   *
   * @param records to fit to, encoded by their location and scale
   * @param mostComponents components at most
   * @param seed of every random choice
   * @param orNone whether no mixture is an answer, too
   * @return empty if held-out records are more probable under the standard normal
   */
  public static Optional<MixtureForm> of(
      EncodedRecords records, int mostComponents, long seed, boolean orNone) {
    EncodedRecords sampled = records.sample(MOST_RECORDS, new SplittableRandom(seed));
    Optional<MixtureForm> chosen = Optional.empty();
    double best = Double.NEGATIVE_INFINITY;
    if (orNone) {
      BaseDensity none = new StandardNormal(records.dimensions());
      best = heldOutLogDensity(sampled, unused -> none);
    }
    int most = Math.min(mostComponents, mostThatABundleHolds(records.dimensions()));
    for (int components = 1; components <= most; components *= 2) {
      if (components > 1 && components * RECORDS_PER_COMPONENT > sampled.size()) {
        break;
      }
      for (double shrinkage : SHRINKAGES) {
        MixtureForm form = new MixtureForm(components, shrinkage * records.dimensions());
        double reached = heldOutLogDensity(sampled, others -> form.fitOnce(others, seed));
        if (reached > best || chosen.isEmpty() && !orNone) {
          best = reached;
          chosen = Optional.of(form);
        }
      }
    }
    return chosen;
  }

  private static double heldOutLogDensity(
      EncodedRecords records, Function<EncodedRecords, BaseDensity> fit) {
    List<Double> logDensities = new ArrayList<>();
    for (int fold = 0; fold < FOLDS; fold++) {
      BaseDensity density = fit.apply(records.part(fold, FOLDS, true));
      for (Patterns.Pattern pattern :
          Patterns.of(records.part(fold, FOLDS, false), Integer.MAX_VALUE)) {
        BaseEvaluator evaluator = density.restrictedTo(pattern.present()).newEvaluator();
        double[] point = new double[pattern.present().length];
        for (double[] row : pattern.rows()) {
          Arrays.setAll(point, i -> row[pattern.present()[i]]);
          logDensities.add(evaluator.logDensity(point));
        }
      }
    }
    double[] sorted = logDensities.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    double least = sorted[(int) (LEAST_PROBABLE * sorted.length)];
    return Arrays.stream(sorted).map(value -> Math.max(least, value)).average().orElseThrow();
  }

  private static int mostThatABundleHolds(int dimensions) {
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
    int starts =
        Math.max(1, Math.min(STARTS, mostThatABundleHolds(records.dimensions()) / components));
    SplittableRandom seeds = new SplittableRandom(seed);
    List<Component> together = new ArrayList<>();
    for (int start = 0; start < starts; start++) {
      for (Component one : fitOnce(sampled, seeds.nextLong()).components()) {
        together.add(new Component(one.weight() / starts, one.mean(), one.factor()));
      }
    }
    return new GaussianMixture(together);
  }

  private GaussianMixture fitOnce(EncodedRecords records, long seed) {
    return new ExpectationMaximisation(records, shrinkage).fit(components, seed);
  }

  @Override
  public String toString() {
    return components
        + (components == 1 ? " component" : " components")
        + (shrinkage > 0 ? ", shrunk by " + shrinkage + " records" : "");
  }
}
