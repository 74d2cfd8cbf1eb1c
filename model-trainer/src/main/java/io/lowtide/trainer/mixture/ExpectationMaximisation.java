package io.lowtide.trainer.mixture;

import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import io.lowtide.trainer.mixture.Patterns.Pattern;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Fits a mixture of Gaussians of full covariance by expectation maximisation (Dempster, Laird,
 * Rubin 1977), from groups that k-means finds (seeds by Arthur and Vassilvitskii 2007). Missing
 * values take part by what the others make of them (Ghahramani and Jordan 1994, Supervised learning
 * from incomplete data via an EM approach). Each covariance is drawn towards the mean of all, and
 * has the variances of the records added, which keeps it from collapsing. The same records and seed
 * give the same mixture.
 */
final class ExpectationMaximisation {

  private static final int MOST_ITERATIONS = 100;

  /** Gain of the mean log-density, in nats, below which it is over. */
  private static final double LEAST_GAIN = 1e-3;

  private static final int GROUPING_ROUNDS = 10;

  /** Records that a component must account for, or it is given up. */
  private static final double LEAST_RECORDS = 2;

  /** Records with rarer patterns of missing values have no part. */
  private static final int MOST_PATTERNS = 64;

  private final int dimensions;
  private final double[] variances;
  private final double shrinkage;
  private final List<Pattern> patterns;
  private final int size;

  private double[] weights;
  private double[][] means;
  private double[][][] covariances;

  /**
   * @param records at least one with a value
   * @param shrinkage records that the mean of all covariances counts as in each of them
   */
  ExpectationMaximisation(EncodedRecords records, double shrinkage) {
    this.shrinkage = shrinkage;
    this.dimensions = records.dimensions();
    this.variances = records.variances();
    this.patterns = Patterns.of(records, MOST_PATTERNS);
    this.size = patterns.stream().mapToInt(pattern -> pattern.rows().size()).sum();
  }

  /**
   * Fits.
   *
   * @param components at most so many, at least 1
   * @param seed of the first groups
   */
  GaussianMixture fit(int components, long seed) {
    start(components, new SplittableRandom(seed));
    double before = Double.NEGATIVE_INFINITY;
    for (int iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
      double reached = step();
      if (!(reached - before >= LEAST_GAIN)) {
        break;
      }
      before = reached;
    }
    return mixture();
  }

  private GaussianMixture mixture() {
    return new GaussianMixture(
        IntStream.range(0, weights.length)
            .mapToObj(k -> Component.of(weights[k], means[k], covariances[k]))
            .toList());
  }

  /** One Gaussian, then a group for each component. */
  private void start(int components, SplittableRandom random) {
    weights = new double[] {1};
    means = new double[1][dimensions];
    covariances = new double[1][dimensions][dimensions];
    double[] counts = new double[dimensions];
    for (Pattern pattern : patterns) {
      for (double[] row : pattern.rows()) {
        for (int i : pattern.present()) {
          means[0][i] += row[i];
          counts[i]++;
        }
      }
    }
    for (int i = 0; i < dimensions; i++) {
      means[0][i] /= Math.max(1, counts[i]);
    }
    for (Pattern pattern : patterns) {
      for (double[] row : pattern.rows()) {
        for (int i : pattern.present()) {
          double centred = row[i] - means[0][i];
          covariances[0][i][i] += centred * centred / counts[i];
        }
      }
    }
    for (int i = 0; i < dimensions; i++) {
      covariances[0][i][i] += variances[i];
    }
    if (components == 1) {
      return;
    }
    double[][] filled = filled();
    int[] groups = Groups.of(filled, components, GROUPING_ROUNDS, random);
    Sums[] sums = new Sums[components];
    Arrays.setAll(sums, k -> new Sums(means[0]));
    for (int row = 0; row < filled.length; row++) {
      sums[groups[row]].add(1, filled[row]);
    }
    maximise(sums);
  }

  /** Records with the mean in the place of a missing value, to group them by. */
  private double[][] filled() {
    double[][] filled = new double[size][];
    int index = 0;
    for (Pattern pattern : patterns) {
      for (double[] row : pattern.rows()) {
        double[] copy = row.clone();
        for (int i : pattern.missing()) {
          copy[i] = means[0][i];
        }
        filled[index++] = copy;
      }
    }
    return filled;
  }

  /** One expectation and maximisation; the mean log-density before it. */
  private double step() {
    GaussianMixture mixture = mixture();
    int count = weights.length;
    Sums[] sums = new Sums[count];
    Arrays.setAll(sums, k -> new Sums(means[k]));
    double total = 0;
    double[] shares = new double[count];
    double[] point = new double[dimensions];
    double[] completed = new double[dimensions];
    for (Pattern pattern : patterns) {
      boolean whole = pattern.missing().length == 0;
      GaussianMixture marginal = whole ? mixture : mixture.restrictedTo(pattern.present());
      GaussianMixture.Evaluator evaluator = marginal.newEvaluator();
      Conditional[] conditionals = new Conditional[whole ? 0 : count];
      for (int k = 0; k < conditionals.length; k++) {
        conditionals[k] = new Conditional(pattern, means[k], covariances[k]);
      }
      for (double[] row : pattern.rows()) {
        for (int i = 0; i < pattern.present().length; i++) {
          point[i] = row[pattern.present()[i]];
        }
        total += evaluator.shares(point, shares);
        for (int k = 0; k < count; k++) {
          if (whole) {
            sums[k].add(shares[k], row);
          } else {
            conditionals[k].complete(row, completed);
            sums[k].add(shares[k], completed);
            conditionals[k].addCovariance(shares[k], sums[k]);
          }
        }
      }
    }
    maximise(sums);
    return total / size;
  }

  private void maximise(Sums[] sums) {
    double largest = Arrays.stream(sums).mapToDouble(Sums::weight).max().orElseThrow();
    List<Sums> kept =
        Arrays.stream(sums)
            .filter(one -> one.weight() >= Math.min(LEAST_RECORDS, largest))
            .toList();
    double total = kept.stream().mapToDouble(Sums::weight).sum();
    weights = kept.stream().mapToDouble(one -> one.weight() / total).toArray();
    means = kept.stream().map(Sums::mean).toArray(double[][]::new);
    covariances = kept.stream().map(Sums::covariance).toArray(double[][][]::new);
    double[][] common = new double[dimensions][dimensions];
    for (int k = 0; k < weights.length; k++) {
      for (int i = 0; i < dimensions; i++) {
        for (int j = 0; j < dimensions; j++) {
          common[i][j] += weights[k] * covariances[k][i][j];
        }
      }
    }
    for (int k = 0; k < weights.length; k++) {
      shrink(covariances[k], kept.get(k).weight(), common);
    }
  }

  private void shrink(double[][] covariance, double records, double[][] common) {
    double own = records / (records + shrinkage);
    for (int i = 0; i < dimensions; i++) {
      for (int j = 0; j < dimensions; j++) {
        covariance[i][j] = own * covariance[i][j] + (1 - own) * common[i][j];
      }
      covariance[i][i] += variances[i];
    }
  }
}
