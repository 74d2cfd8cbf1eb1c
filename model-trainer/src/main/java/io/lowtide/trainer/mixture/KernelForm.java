package io.lowtide.trainer.mixture;

import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import io.lowtide.density.flow.KernelDensity;
import io.lowtide.trainer.mixture.Patterns.Pattern;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Kernels beside a mixture: one around each of some records, as wide as its fifth nearest neighbour
 * is far (a variable kernel estimate; Breiman, Meisel and Purcell 1977, Technometrics 19, 135-144),
 * of the shape of the mixture's mean covariance. A mixture has few components, and each is wider
 * than what is in it; kernels follow the records, and know nothing else. What a record lacks the
 * mixture fills in, so that one with most of its values is not lost.
 *
 * @param share of the density that the kernels have, in [0, 1)
 * @param most kernels at most
 */
public record KernelForm(double share, int most) {

  private static final KernelForm NONE = new KernelForm(0, 0);

  private static final int NEIGHBOURS = 5;

  /** Of the squared distance of that neighbour, for each dimension: the variance of a kernel. */
  private static final double SQUARED_WIDTH = 0.5;

  /**
   * Of all kernels together, so that a bundle stays well below what a message may hold: floats; the
   * numbers of their shape are doubles.
   */
  private static final int MOST_NUMBERS = 60_000;

  /** A smaller share is not worth what it costs. */
  private static final double LEAST_SHARE = 0.05;

  /** The mixture keeps the rest: kernels know nothing of where no record is. */
  private static final double MOST_SHARE = 0.95;

  /** Standard errors that the mean gain of held-out records is to be above 0. */
  private static final double SIGNIFICANT = 2;

  /** Held-out records whose density is below this quantile of it do not count. */
  private static final double LEAST_PROBABLE = 0.01;

  private static final int ITERATIONS = 100;

  /** No kernels. */
  public static KernelForm none() {
    return NONE;
  }

  /**
   * Chooses the share by which records are most probable that had no part in either (stacking;
   * Smyth and Wolpert 1999, Machine Learning 36, 59-83). There are no kernels where these records
   * gain no more by them than by chance, or without noise to widen them. Of records that lack
   * values those that they have are to become more probable.
   *
   * @param records to choose by
   * @param mixtures beside them: for each fold the one that was fitted to the others
   * @param most kernels at most
   * @param seed of every random choice
   */
  static KernelForm of(
      EncodedRecords records, List<GaussianMixture> mixtures, int most, long seed) {
    KernelForm form = new KernelForm(0.5, mostThatABundleHolds(most, records.dimensions()));
    if (form.most < 1 || hasNoNoise(records)) {
      return NONE;
    }
    double[][] logDensities =
        IntStream.range(0, mixtures.size())
            .mapToObj(fold -> form.ofHeldOut(records, fold, mixtures.get(fold), seed))
            .flatMap(Arrays::stream)
            .toArray(double[][]::new);
    double share = Math.min(MOST_SHARE, likeliestShare(logDensities));
    return share >= LEAST_SHARE && gains(logDensities, share)
        ? new KernelForm(share, form.most)
        : NONE;
  }

  private static int mostThatABundleHolds(int most, int dimensions) {
    int left = MOST_NUMBERS - dimensions * (dimensions + 3);
    return Math.max(0, Math.min(most, left / (dimensions + 1)));
  }

  /**
   * Of a model that has kernels, those of one that is fitted onwards from it.
   *
   * @param share of the density that they have
   * @param most kernels at most
   * @param dimensions d
   */
  public static KernelForm withShare(double share, int most, int dimensions) {
    int held = mostThatABundleHolds(most, dimensions);
    return held == 0 ? NONE : new KernelForm(share, held);
  }

  private static boolean hasNoNoise(EncodedRecords records) {
    return Arrays.stream(records.variances()).anyMatch(variance -> !(variance > 0));
  }

  /** For each record of a fold its log-density by the mixture, and by the kernels. */
  private double[][] ofHeldOut(
      EncodedRecords records, int fold, GaussianMixture mixture, long seed) {
    KernelDensity kernels =
        around(sample(records.part(fold, MixtureChoice.FOLDS, true), seed), mixture);
    EncodedRecords heldOut = records.part(fold, MixtureChoice.FOLDS, false);
    return Patterns.of(heldOut, Integer.MAX_VALUE).stream()
        .parallel()
        .flatMap(pattern -> logDensities(pattern, mixture, kernels))
        .toArray(double[][]::new);
  }

  private static Stream<double[]> logDensities(
      Pattern pattern, GaussianMixture mixture, KernelDensity kernels) {
    int[] present = pattern.present();
    boolean whole = pattern.missing().length == 0;
    GaussianMixture.Evaluator ofMixture =
        (whole ? mixture : mixture.restrictedTo(present)).newEvaluator();
    KernelDensity.Evaluator ofKernels =
        (whole ? kernels : kernels.restrictedTo(present)).newEvaluator();
    return pattern.rows().stream()
        .map(row -> Arrays.stream(present).mapToDouble(i -> row[i]).toArray())
        .map(row -> new double[] {ofMixture.logDensity(row), ofKernels.logDensity(row)});
  }

  /** By expectation maximisation. */
  private static double likeliestShare(double[][] logDensities) {
    double[] together =
        Arrays.stream(logDensities).mapToDouble(pair -> logOfSum(pair, 0.5)).toArray();
    double[] sorted = together.clone();
    Arrays.sort(sorted);
    double least = sorted[(int) (LEAST_PROBABLE * sorted.length)];
    double share = 0.5;
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      double sum = 0;
      int count = 0;
      for (int row = 0; row < together.length; row++) {
        if (together[row] >= least && Double.isFinite(together[row])) {
          double[] pair = logDensities[row];
          sum += 1 / (1 + (1 - share) / share * Math.exp(pair[0] - pair[1]));
          count++;
        }
      }
      share = count == 0 ? 0 : sum / count;
    }
    return share;
  }

  /** Whether the records gain more, on average, than chance would have them. */
  private static boolean gains(double[][] logDensities, double share) {
    double sum = 0;
    double squares = 0;
    int count = 0;
    for (double[] pair : logDensities) {
      double gain = logOfSum(pair, share) - pair[0];
      if (Double.isFinite(gain)) {
        sum += gain;
        squares += gain * gain;
        count++;
      }
    }
    double mean = sum / count;
    double standardError = Math.sqrt(Math.max(0, squares / count - mean * mean) / count);
    return mean > SIGNIFICANT * standardError;
  }

  /** Of both densities, the kernels' by their share. */
  private static double logOfSum(double[] pair, double share) {
    double larger = Math.max(pair[0], pair[1]);
    return larger
        + Math.log((1 - share) * Math.exp(pair[0] - larger) + share * Math.exp(pair[1] - larger));
  }

  /** The records that kernels are to be around, chosen at random of those that have a value. */
  public EncodedRecords sample(EncodedRecords records, long seed) {
    return records.withAValue().sample(most, new SplittableRandom(seed));
  }

  /**
   * Puts a kernel around each record; where one lacks values, the mixture fills them in.
   *
   * @param records at least one, each with a value
   * @param mixture whose shape they take
   */
  public KernelDensity around(EncodedRecords records, GaussianMixture mixture) {
    double[][] chosen = new Completion(mixture).of(records).rows();
    double[][] covariance = meanCovariance(mixture);
    double[][] whitened = whitened(chosen, covariance);
    double[] scales =
        IntStream.range(0, chosen.length)
            .parallel()
            .mapToDouble(
                row ->
                    rounded(SQUARED_WIDTH * squaredDistance(whitened, row) / records.dimensions()))
            .toArray();
    double[] noise = records.variances();
    for (int i = 0; i < noise.length; i++) {
      covariance[i][i] = Math.max(0, covariance[i][i] - noise[i]);
    }
    return new KernelDensity(
        Arrays.stream(chosen).map(KernelForm::asFloats).toArray(double[][]::new),
        asFloats(scales),
        covariance,
        noise);
  }

  /** To a power of the root of 2: kernels of one scale are evaluated side by side. */
  private static double rounded(double scale) {
    return Math.pow(2, 0.5 * Math.rint(2 * Math.log(scale) / Math.log(2)));
  }

  private static double[][] meanCovariance(GaussianMixture mixture) {
    int d = mixture.dimensions();
    double[][] mean = new double[d][d];
    for (Component component : mixture.components()) {
      for (int i = 0; i < d; i++) {
        for (int j = 0; j < d; j++) {
          mean[i][j] += component.weight() * component.covariance(i, j);
        }
      }
    }
    return mean;
  }

  /** So that the squared length of a difference is that by this covariance. */
  private static double[][] whitened(double[][] rows, double[][] covariance) {
    int d = covariance.length;
    GaussianMixture.Evaluator gaussian =
        new GaussianMixture(List.of(Component.of(1, new double[d], covariance))).newEvaluator();
    double[] unused = new double[d * d];
    double[][] whitened = new double[rows.length][d];
    for (int row = 0; row < rows.length; row++) {
      gaussian.standardise(rows[row], whitened[row], unused);
    }
    return whitened;
  }

  /** To the fifth nearest other record, or the farthest where there are fewer. */
  private static double squaredDistance(double[][] rows, int from) {
    double[] distances = new double[rows.length];
    for (int row = 0; row < rows.length; row++) {
      double sum = 0;
      for (int i = 0; i < rows[row].length; i++) {
        double difference = rows[row][i] - rows[from][i];
        sum += difference * difference;
      }
      distances[row] = sum;
    }
    Arrays.sort(distances);
    return distances[Math.min(NEIGHBOURS, distances.length - 1)];
  }

  /** As precise as a bundle keeps them. */
  private static double[] asFloats(double[] values) {
    return Arrays.stream(values).map(value -> (float) value).toArray();
  }

  @Override
  public String toString() {
    return share == 0
        ? "without kernels"
        : String.format(
            Locale.ROOT, "with up to %,d kernels for %.0f %% of the density", most, 100 * share);
  }
}
