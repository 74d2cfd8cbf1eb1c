package io.lowtide.density.flow;

import io.lowtide.density.flow.GaussianMixture.Component;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A variable kernel density estimate (Breiman, Meisel and Purcell 1977, Technometrics 19, 135-144):
 * the mean of one Gaussian around each of n records. All have one shape, and each its own width:
 * the covariance of kernel k is scales[k] * spread + diag(noise).
 *
 * <p>In coordinates in which both matrices are diagonal, so are the covariances of all kernels, and
 * a score takes a few operations for each number of each record. Immutable, shared by all threads.
 */
public final class KernelDensity {

  /** Of the largest eigenvalue of a spread: what rounding leaves below 0. */
  private static final double INDEFINITE = 1e-6;

  private final double[][] centres;
  private final double[] scales;
  private final double[][] spread;
  private final double[] noise;

  /** In row i what the coordinate i of the kernels takes of each component. */
  private final double[][] toCoordinates;

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
    this.centres = copy(centres);
    // Minus zero is another key than zero, and the same scale.
    this.scales = Arrays.stream(scales).map(scale -> scale + 0.0).toArray();
    this.spread = copy(spread);
    this.noise = noise.clone();
    requireValid();
    int d = noise.length;
    double[][] standardised = new double[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        standardised[i][j] =
            0.5 * (spread[i][j] + spread[j][i]) / (Math.sqrt(noise[i]) * Math.sqrt(noise[j]));
      }
    }
    for (double[] row : standardised) {
      Component.requireFinite("spread by noise", row);
    }
    SymmetricEigen eigen = SymmetricEigen.of(standardised);
    double largest = Arrays.stream(eigen.values()).max().orElseThrow();
    double least = Arrays.stream(eigen.values()).min().orElseThrow();
    require(
        least >= -INDEFINITE * largest,
        "spread: an eigenvalue of " + least + " by the noise, expected at least 0");
    this.toCoordinates = new double[d][d];
    double logDeterminant = 0;
    for (int i = 0; i < d; i++) {
      logDeterminant -= 0.5 * Math.log(noise[i]);
      for (int j = 0; j < d; j++) {
        toCoordinates[i][j] = eigen.vectors()[i][j] / Math.sqrt(noise[j]);
      }
    }
    double[][] coordinates = new double[centres.length][d];
    for (int k = 0; k < coordinates.length; k++) {
      toCoordinates(this.centres[k], 0, coordinates[k]);
    }
    double[] variances = Arrays.stream(eigen.values()).map(value -> Math.max(0, value)).toArray();
    this.table = KernelTable.of(coordinates, this.scales, variances, logDeterminant);
  }

  private void requireValid() {
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

  /**
   * Leads a vector into the coordinates of {@link #table}.
   *
   * @param vectors has it in the d numbers from {@code from} on
   * @param coordinates receives d numbers
   */
  void toCoordinates(double[] vectors, int from, double[] coordinates) {
    for (int i = 0; i < coordinates.length; i++) {
      double sum = 0;
      for (int j = 0; j < coordinates.length; j++) {
        sum += toCoordinates[i][j] * vectors[from + j];
      }
      coordinates[i] = sum;
    }
  }

  /** The kernels in coordinates in which their covariances are diagonal. */
  KernelTable table() {
    return table;
  }

  /** d, the length of a point. */
  public int dimensions() {
    return noise.length;
  }

  /** Numbers that it is made of. */
  long parameterCount() {
    return (long) scales.length * (1 + noise.length) + (long) noise.length * (1 + noise.length);
  }

  /** n, the number of kernels. */
  public int size() {
    return centres.length;
  }

  /** n by d. */
  public double[][] centres() {
    return copy(centres);
  }

  /** n numbers. */
  public double[] scales() {
    return scales.clone();
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
        Arrays.stream(centres).map(row -> chosen(row, kept)).toArray(double[][]::new),
        scales,
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
    int k = random.nextInt(centres.length);
    Component kernel = Component.of(1, centres[k], covariance(scales[k]));
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
    private final double[] coordinates = new double[noise.length];
    private final double[] slope = new double[noise.length];

    private Evaluator() {}

    /**
     * Log-density, in nats; not finite where the point is not, or where every kernel underflows.
     *
     * @param z a point, in its first d numbers
     */
    public double logDensity(double[] z) {
      toCoordinates(z, 0, coordinates);
      return sum.logDensity(coordinates);
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
          ofComponent += toCoordinates[i][j] * slope[i];
        }
        gradient[j] = ofComponent;
      }
      return logDensity;
    }
  }
}
