package io.lowtide.trainer.mixture;

import io.lowtide.density.flow.BaseDensity;
import io.lowtide.density.flow.BaseEvaluator;
import io.lowtide.density.flow.GaussianMixture;
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
 * @param components at most
 * @param shrinkage records that the common diagonal counts as in each covariance
 */
public record MixtureForm(int components, double shrinkage) {

  /** More of them would make a fit longer, and hardly better. */
  private static final int MOST_RECORDS = 3_000;

  private static final int RECORDS_PER_COMPONENT = 10;
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
    for (int components = 1; components <= mostComponents; components *= 2) {
      if (components > 1 && components * RECORDS_PER_COMPONENT > sampled.size()) {
        break;
      }
      for (double shrinkage : SHRINKAGES) {
        MixtureForm form = new MixtureForm(components, shrinkage * records.dimensions());
        double reached = heldOutLogDensity(sampled, others -> form.fit(others, seed));
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

  /**
   * Fits a mixture of this form.
   *
   * @param records to fit to
   * @param seed of every random choice
   */
  public GaussianMixture fit(EncodedRecords records, long seed) {
    EncodedRecords sampled = records.sample(MOST_RECORDS, new SplittableRandom(seed));
    return new ExpectationMaximisation(sampled, shrinkage).fit(components, seed);
  }

  @Override
  public String toString() {
    return components
        + (components == 1 ? " component" : " components")
        + (shrinkage > 0 ? ", shrunk by " + shrinkage + " records" : "");
  }
}
