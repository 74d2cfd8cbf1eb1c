package io.lowtide.density.flow;

import io.lowtide.density.flow.GaussianMixture.Component;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * A variable kernel density estimate (Breiman, Meisel and Purcell 1977, Technometrics 19, 135-144):
 * the mean of one Gaussian around each of n records. All have one shape, and each its own width:
 * the covariance of kernel k is scales[k] * spread + diag(noise).
 *
 * <p>In coordinates in which both matrices are diagonal, so are the covariances of all kernels, and
 * a score takes a few operations for each number of each record. Immutable, shared by all threads.
 */
public final class KernelDensity {

  /** Numbers of an evaluator for each kernel. */
  private static final int OF_EVALUATOR = 4;

  private final KernelLayout layout;
  private final double[][] spread;
  private final double[] noise;
  private final KernelCoordinates coordinates;
  private final KernelTable table;

  /**
   * @param centres n by d, n at least 1
   * @param scales n numbers, at least 0
   * @param spread d by d, symmetric and positive semidefinite: the covariance of a kernel of scale
   *     1, without noise
   * @param noise d variances, above 0
   * @throws IllegalArgumentException if they are not
   */
  public KernelDensity(double[][] centres, double[] scales, double[][] spread, double[] noise) {
    this(layout(centres, scales, spread, noise), copy(spread), noise.clone());
    coordinates.requireSemidefinite();
  }

  private KernelDensity(KernelLayout layout, double[][] spread, double[] noise) {
    this.layout = layout;
    this.spread = spread;
    this.noise = noise;
    this.coordinates = KernelCoordinates.of(spread, noise);
    this.table = KernelTable.of(layout, coordinates);
  }

  private static KernelLayout layout(
      double[][] centres, double[] scales, double[][] spread, double[] noise) {
    requireValid(centres, scales, spread, noise);
    // Minus zero is another key than zero, and the same scale.
    return KernelLayout.of(centres, Arrays.stream(scales).map(scale -> scale + 0.0).toArray());
  }

  private static void requireValid(
      double[][] centres, double[] scales, double[][] spread, double[] noise) {
    int d = noise.length;
    require(centres.length > 0, "centres: none, expected at least one");
    require(
        scales.length == centres.length,
        "scales: " + scales.length + " numbers, expected " + centres.length + ", one per centre");
    require(d > 0 && spread.length == d, "spread: " + spread.length + " rows, expected " + d);
    for (double[] row : spread) {
      require(row.length == d, "spread: a row of " + row.length + " numbers, expected " + d);
      Component.requireFinite("spread", row);
    }
    for (double[] centre : centres) {
      require(centre.length == d, "centres: one of " + centre.length + " numbers, expected " + d);
      Component.requireFinite("centres", centre);
    }
    Component.requireFinite("scales", scales);
    Component.requireFinite("noise", noise);
    for (double scale : scales) {
      require(scale >= 0, "scales: " + scale + ", expected at least 0");
    }
    for (double variance : noise) {
      require(variance > 0, "noise: " + variance + ", expected above 0");
    }
    for (int i = 0; i < d; i++) {
      require(
          spread[i][i] >= 0, "spread: " + spread[i][i] + " on its diagonal, expected at least 0");
    }
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }

  private static double[][] copy(double[][] rows) {
    return Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
  }

  /** d, the length of a point. */
  public int dimensions() {
    return noise.length;
  }

  /** Numbers that it takes with an evaluator of it, but for the centres, which marginals share. */
  long parameterCount() {
    return table.means().length + (long) OF_EVALUATOR * table.groups() * KernelLayout.LANES;
  }

  /** In which the covariances of the kernels are diagonal. */
  KernelCoordinates coordinates() {
    return coordinates;
  }

  /** The kernels in these coordinates. */
  KernelTable table() {
    return table;
  }

  /** n, the number of kernels. */
  public int size() {
    return layout.size();
  }

  /** n by d. */
  public double[][] centres() {
    return IntStream.range(0, size()).mapToObj(layout::centre).toArray(double[][]::new);
  }

  /** n numbers. */
  public double[] scales() {
    return IntStream.range(0, size()).mapToDouble(layout::scale).toArray();
  }

  /** d by d. */
  public double[][] spread() {
    return copy(spread);
  }

  /** d variances. */
  public double[] noise() {
    return noise.clone();
  }

  /**
   * The marginal distribution of some of the dimensions.
   *
   * @param kept indices of those to keep, ascending, at least one
   */
  public KernelDensity restrictedTo(int[] kept) {
    return new KernelDensity(
        layout.restrictedTo(kept),
        Arrays.stream(kept).mapToObj(i -> chosen(spread[i], kept)).toArray(double[][]::new),
        chosen(noise, kept));
  }

  private static double[] chosen(double[] values, int[] kept) {
    return Arrays.stream(kept).mapToDouble(i -> values[i]).toArray();
  }

  /** A new evaluator, to be used by one thread at a time. */
  public Evaluator newEvaluator() {
    return new Evaluator();
  }

  /**
   * Draws a point.
   *
   * @param random source
   * @param z receives d numbers
   */
  public void draw(RandomGenerator random, double[] z) {
    int k = random.nextInt(size());
    Component kernel = Component.of(1, layout.centre(k), covariance(layout.scale(k)));
    new GaussianMixture(List.of(kernel)).draw(random, z);
  }

  private double[][] covariance(double scale) {
    double[][] covariance = new double[noise.length][noise.length];
    for (int i = 0; i < noise.length; i++) {
      for (int j = 0; j < noise.length; j++) {
        covariance[i][j] = scale * spread[i][j] + (i == j ? noise[i] : 0);
      }
    }
    return covariance;
  }

  /** Sums the kernels by their logarithms. Allocates nothing after construction. */
  public final class Evaluator {

    private final KernelSum sum = MixtureKernels.kernelSum(table);
    private final double[] point = new double[noise.length];
    private final double[] slope = new double[noise.length];

    private Evaluator() {}

    /**
     * Log-density, in nats; not finite where the point is not, or where every kernel underflows.
     *
     * @param z a point, in its first d numbers
     */
    public double logDensity(double[] z) {
      coordinates.transform(z, 0, point);
      return sum.logDensity(point);
    }

    /**
     * Log-density and its gradient by z, which is zero where the log-density is not finite.
     *
     * @param z a point, in its first d numbers
     * @param gradient receives d numbers
     * @return the same log-density, to the bit
     */
    public double logDensityAndGradient(double[] z, double[] gradient) {
      double logDensity = logDensity(z);
      sum.slope(slope);
      for (int j = 0; j < slope.length; j++) {
        double ofComponent = 0;
        for (int i = 0; i < slope.length; i++) {
          ofComponent += coordinates.rows()[i][j] * slope[i];
        }
        gradient[j] = ofComponent;
      }
      return logDensity;
    }
  }
}
