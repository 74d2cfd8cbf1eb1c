package io.lowtide.trainer.mixture;

import io.lowtide.density.flow.BaseDensity;
import io.lowtide.density.flow.BaseEvaluator;
import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.StandardNormal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * How much noise a mixture of Gaussians is smoothed by, and how many components it has.
 *
 * <p>The number of components of a coarse fit is chosen by cross-validation: as those that make
 * records most probable that had no part in the fit. The least probable of them count as no less
 * than the rest, since a few may be anomalies.
 *
 * <p>The noise is not: held-out records lie where records are, and are nearly always more probable
 * under less of it, whereas anomalies lie elsewhere, and where there are many dimensions and few
 * records for them, what little noise shows there is chance. So it is the most noise that hides
 * nothing: under which held-out records are told from ones that have half of their values from
 * others, and from ones spread evenly over the range of the values, as well as under any less
 * (learning a density by contrast with made-up records: Hastie, Tibshirani and Friedman, The
 * Elements of Statistical Learning, 2nd edition, section 14.2.4).
 *
 * @param noise which of the noises that there were to choose from
 * @param form of the mixture
 * @param kernels what stands beside it
 */
public record MixtureChoice(int noise, MixtureForm form, KernelForm kernels) {

  private static final int RECORDS_PER_COMPONENT = 10;

  static final int FOLDS = 3;

  /** As many records as this are cut into as many parts, but only one of them is held out. */
  private static final int ENOUGH_FOR_ONE_FOLD = 1_500;

  /** Log-densities below this quantile count as if they were at it. */
  private static final double LEAST_PROBABLE = 0.01;

  /** Once so many times as many components as the best are no better, more are not tried. */
  private static final int NO_BETTER = 4;

  /** Records made to be told apart from, at least, so that chance does not decide. */
  private static final int CONTRASTING = 2_000;

  /** Of the area under the curve: what more noise may cost of it. */
  private static final double HIDDEN = 0.001;

  /**
   * Chooses.
   *
   * @param records to fit to, encoded by their location and scale
   * @param noises to choose from, ascending: for each the variances, d numbers
   * @param mostComponents components at most
   * @param mostKernels kernels at most; 0: none
   * @param seed of every random choice
   * @param orNone whether no mixture is an answer, too
   * @return empty if held-out records are more probable under the standard normal, or a component
   *     takes more numbers than a bundle should hold
   */
  public static Optional<MixtureChoice> of(
      EncodedRecords records,
      List<double[]> noises,
      int mostComponents,
      int mostKernels,
      long seed,
      boolean orNone) {
    EncodedRecords sampled =
        records.sample(MixtureForm.MOST_RECORDS_TO_CHOOSE_BY, new SplittableRandom(seed));
    int most = Math.min(mostComponents, MixtureForm.mostThatABundleHolds(records.dimensions()));
    if (most < 1) {
      return Optional.empty();
    }
    List<Measured> measured =
        noises.stream()
            .parallel()
            .map(variances -> measure(sampled.withVariances(variances), most, seed))
            .toList();
    double reached = measured.stream().mapToDouble(Measured::logDensity).max().orElseThrow();
    BaseDensity normal = new StandardNormal(records.dimensions());
    if (orNone && !(reached > clippedMean(heldOut(sampled, unused -> normal)))) {
      return Optional.empty();
    }
    double mixed = measured.stream().mapToDouble(Measured::fromMixed).max().orElseThrow();
    double even = measured.stream().mapToDouble(Measured::fromEven).max().orElseThrow();
    return IntStream.range(0, noises.size())
        .filter(noise -> measured.get(noise).fromMixed >= mixed - HIDDEN)
        .filter(noise -> measured.get(noise).fromEven >= even - HIDDEN)
        .boxed()
        .max(Comparator.naturalOrder())
        .or(() -> Optional.of(0))
        .map(
            noise -> {
              Measured chosen = measured.get(noise);
              EncodedRecords smoothed = sampled.withVariances(noises.get(noise));
              return new MixtureChoice(
                  noise, chosen.form, KernelForm.of(smoothed, chosen.mixtures, mostKernels, seed));
            });
  }

  /**
   * How a mixture does.
   *
   * @param form that it has
   * @param mixtures for each fold the one that was fitted to the others
   * @param logDensity mean over held-out records
   * @param fromMixed area under the curve between held-out records and ones that have half of their
   *     values from others
   * @param fromEven the same for records that are spread evenly
   */
  private record Measured(
      MixtureForm form,
      List<GaussianMixture> mixtures,
      double logDensity,
      double fromMixed,
      double fromEven) {}

  private static Measured measure(EncodedRecords records, int most, long seed) {
    MixtureForm form = likeliest(records, most, seed);
    SplittableRandom random = new SplittableRandom(seed);
    List<GaussianMixture> mixtures = new ArrayList<>();
    List<double[]> logDensities = new ArrayList<>();
    double fromMixed = 0;
    double fromEven = 0;
    int folds = folds(records);
    for (int fold = 0; fold < folds; fold++) {
      GaussianMixture density = form.fit(records.part(fold, FOLDS, true), seed);
      mixtures.add(density);
      EncodedRecords heldOut = records.part(fold, FOLDS, false);
      int times = Math.max(1, CONTRASTING / heldOut.size());
      double[] own = logDensities(density, heldOut);
      logDensities.add(own);
      fromMixed += areaUnderCurve(own, logDensities(density, heldOut.mixed(times, random))) / folds;
      fromEven +=
          areaUnderCurve(own, logDensities(density, heldOut.spreadEvenly(times, random))) / folds;
    }
    return new Measured(form, mixtures, clippedMean(logDensities), fromMixed, fromEven);
  }

  private static MixtureForm likeliest(EncodedRecords records, int most, long seed) {
    MixtureForm likeliest = new MixtureForm(1, most);
    double reached = Double.NEGATIVE_INFINITY;
    for (int components = 1; components <= most; components *= 2) {
      if (components > 1 && components * RECORDS_PER_COMPONENT > records.size()
          || components > NO_BETTER * likeliest.components()) {
        break;
      }
      MixtureForm form = new MixtureForm(components, most);
      double logDensity = clippedMean(heldOut(records, others -> form.fitOnce(others, seed)));
      if (logDensity > reached) {
        reached = logDensity;
        likeliest = form;
      }
    }
    return likeliest;
  }

  /** Log-densities of records by densities that they were not fitted to. */
  private static List<double[]> heldOut(
      EncodedRecords records, Function<EncodedRecords, BaseDensity> fit) {
    return IntStream.range(0, folds(records))
        .mapToObj(
            fold ->
                logDensities(
                    fit.apply(records.part(fold, FOLDS, true)), records.part(fold, FOLDS, false)))
        .toList();
  }

  static int folds(EncodedRecords records) {
    return records.size() < ENOUGH_FOR_ONE_FOLD ? FOLDS : 1;
  }

  private static double clippedMean(List<double[]> logDensities) {
    double[] sorted = logDensities.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
    double least = sorted[(int) (LEAST_PROBABLE * sorted.length)];
    return Arrays.stream(sorted).map(value -> Math.max(least, value)).average().orElseThrow();
  }

  /** Ascending. */
  private static double[] logDensities(BaseDensity density, EncodedRecords records) {
    List<Double> logDensities = new ArrayList<>();
    for (Patterns.Pattern pattern : Patterns.of(records, Integer.MAX_VALUE)) {
      BaseEvaluator evaluator = density.restrictedTo(pattern.present()).newEvaluator();
      double[] point = new double[pattern.present().length];
      for (double[] row : pattern.rows()) {
        Arrays.setAll(point, i -> row[pattern.present()[i]]);
        logDensities.add(evaluator.logDensity(point));
      }
    }
    return logDensities.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  /** Probability that one of the first is above one of the second, both ascending. */
  private static double areaUnderCurve(double[] above, double[] below) {
    double pairs = 0;
    int lower = 0;
    int notHigher = 0;
    for (double value : above) {
      while (lower < below.length && below[lower] < value) {
        lower++;
      }
      while (notHigher < below.length && below[notHigher] <= value) {
        notHigher++;
      }
      pairs += 0.5 * (lower + notHigher);
    }
    return pairs / ((double) above.length * below.length);
  }
}
