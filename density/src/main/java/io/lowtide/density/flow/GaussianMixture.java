package io.lowtide.density.flow;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A mixture of Gaussians of full covariance: the sum over its components of weight times N(mean, L
 * L'). A flow from one Gaussian cannot tear space into lumps; from a mixture it need not (Izmailov
 * et al. 2020, arXiv 1912.13025).
 */
public final class GaussianMixture implements BaseDensity {

  private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

  /** The weights of a mixture sum to one but for rounding. */
  private static final double WEIGHT_TOLERANCE = 1e-6;

  private final List<Component> components;
  private final int dimensions;

  /** log weight - log det L - (d/2) log 2 pi. */
  private final double[] logScale;

  private final MixtureKernel kernel;

  /**
   * @param components at least one, all of the same dimensions, whose weights sum to one
   * @throws IllegalArgumentException if they are not
   */
  public GaussianMixture(List<Component> components) {
    if (components.isEmpty()) {
      throw new IllegalArgumentException("components: none, expected at least one");
    }
    this.components = List.copyOf(components);
    this.dimensions = components.get(0).dimensions();
    double weights = 0;
    for (Component component : components) {
      if (component.dimensions() != dimensions) {
        throw new IllegalArgumentException(
            "components: one of "
                + component.dimensions()
                + " dimensions, expected "
                + dimensions
                + " as the first has");
      }
      weights += component.weight();
    }
    if (!(Math.abs(weights - 1) <= WEIGHT_TOLERANCE)) {
      throw new IllegalArgumentException("weights: their sum is " + weights + ", expected 1");
    }
    this.logScale = new double[components.size()];
    double[][] whitening = new double[components.size()][];
    for (int k = 0; k < whitening.length; k++) {
      Component component = components.get(k);
      whitening[k] = inverseByColumns(component.factor, dimensions);
      double logDeterminant = 0;
      for (int i = 0; i < dimensions; i++) {
        logDeterminant += Math.log(component.factor[row(i) + i]);
      }
      logScale[k] = Math.log(component.weight) - logDeterminant - dimensions * HALF_LOG_TWO_PI;
    }
    double[][] means = components.stream().map(Component::mean).toArray(double[][]::new);
    this.kernel = MixtureKernels.of(means, whitening, logScale);
  }

  /**
   * One Gaussian of a mixture.
   *
   * @param weight its share, above 0
   * @param mean d numbers
   * @param factor L, lower triangular with a positive diagonal, its rows one after the other: d (d
   *     + 1) / 2 numbers
   */
  public record Component(double weight, double[] mean, double[] factor) {

    /**
     * @throws IllegalArgumentException if a number is out of its range, or there are too few or too
     *     many
     */
    public Component {
      mean = mean.clone();
      factor = factor.clone();
      if (!(weight > 0 && weight <= 1 + WEIGHT_TOLERANCE)) {
        throw new IllegalArgumentException(
            "weight: " + weight + ", expected above 0 and at most 1");
      }
      if (mean.length == 0 || factor.length != row(mean.length)) {
        throw new IllegalArgumentException(
            "factor: "
                + factor.length
                + " numbers, expected "
                + row(mean.length)
                + " for a mean of "
                + mean.length);
      }
      requireFinite("mean", mean);
      requireFinite("factor", factor);
      for (int i = 0; i < mean.length; i++) {
        if (!(factor[row(i) + i] > 0)) {
          throw new IllegalArgumentException(
              "factor: " + factor[row(i) + i] + " on its diagonal, expected above 0");
        }
      }
    }

    static void requireFinite(String name, double[] values) {
      for (double value : values) {
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException(name + ": " + value + ", expected a finite number");
        }
      }
    }

    /**
     * Of a covariance.
     *
     * @param weight its share, above 0
     * @param mean d numbers
     * @param covariance d by d, symmetric
     * @throws IllegalArgumentException if it is not positive definite
     */
    public static Component of(double weight, double[] mean, double[][] covariance) {
      int d = mean.length;
      double[] factor = new double[row(d)];
      for (int i = 0; i < d; i++) {
        for (int j = 0; j <= i; j++) {
          double sum = covariance[i][j];
          for (int k = 0; k < j; k++) {
            sum -= factor[row(i) + k] * factor[row(j) + k];
          }
          factor[row(i) + j] = i == j ? Math.sqrt(sum) : sum / factor[row(j) + j];
        }
      }
      return new Component(weight, mean, factor);
    }

    int dimensions() {
      return mean.length;
    }

    /** A number of the covariance, L L'. */
    public double covariance(int i, int j) {
      double sum = 0;
      for (int k = 0; k <= Math.min(i, j); k++) {
        sum += factor[row(i) + k] * factor[row(j) + k];
      }
      return sum;
    }

    private Component restrictedTo(int[] kept) {
      double[] itsMean = new double[kept.length];
      double[][] itsCovariance = new double[kept.length][kept.length];
      for (int i = 0; i < kept.length; i++) {
        itsMean[i] = mean[kept[i]];
        for (int j = 0; j < kept.length; j++) {
          itsCovariance[i][j] = covariance(kept[i], kept[j]);
        }
      }
      return of(weight, itsMean, itsCovariance);
    }
  }

  /** Where row i of a lower triangle begins. */
  private static int row(int i) {
    return i * (i + 1) / 2;
  }

  /** The inverse of a lower triangle by rows, as a lower triangle by columns. */
  private static double[] inverseByColumns(double[] factor, int d) {
    double[] inverse = new double[factor.length];
    int begin = 0;
    for (int j = 0; j < d; j++) {
      for (int i = j; i < d; i++) {
        double sum = i == j ? 1 : 0;
        for (int k = j; k < i; k++) {
          sum -= factor[row(i) + k] * inverse[begin + k - j];
        }
        inverse[begin + i - j] = sum / factor[row(i) + i];
      }
      begin += d - j;
    }
    return inverse;
  }

  /** The components. */
  public List<Component> components() {
    return components;
  }

  /** L^-1 of a component, its columns one after the other, each from the diagonal down. */
  public double[] whitening(int component) {
    double[] inverse = new double[row(dimensions)];
    kernel.copyWhitening(component, inverse);
    return inverse;
  }

  /** log weight - log det L - (d/2) log 2 pi of a component. */
  public double logScale(int component) {
    return logScale[component];
  }

  @Override
  public int dimensions() {
    return dimensions;
  }

  @Override
  public long parameterCount() {
    return (long) components.size() * (1 + dimensions + row(dimensions));
  }

  @Override
  public GaussianMixture restrictedTo(int[] kept) {
    return new GaussianMixture(components.stream().map(one -> one.restrictedTo(kept)).toList());
  }

  @Override
  public Evaluator newEvaluator() {
    return new Evaluator(this);
  }

  @Override
  public void draw(RandomGenerator random, double[] z) {
    double left = random.nextDouble();
    int chosen = 0;
    while (chosen < components.size() - 1 && left >= components.get(chosen).weight) {
      left -= components.get(chosen).weight;
      chosen++;
    }
    Component component = components.get(chosen);
    double[] normal = new double[dimensions];
    for (int i = 0; i < dimensions; i++) {
      normal[i] = random.nextGaussian();
      double sum = component.mean[i];
      for (int j = 0; j <= i; j++) {
        sum += component.factor[row(i) + j] * normal[j];
      }
      z[i] = sum;
    }
  }

  /** Whitens the point by each component, and sums their densities by their logarithms. */
  public static final class Evaluator implements BaseEvaluator {

    /** In nats, more than rounding: where the most probable component is all that counts. */
    private static final double NEARLY = 1;

    /** In nats, more than rounding. */
    private static final double GIVEN_UP = MixtureWorkspace.NEGLIGIBLE + 1;

    private final int components;
    private final int dimensions;
    private final MixtureKernel kernel;
    private final MixtureWorkspace workspace;
    private final double[] inverse;

    private Evaluator(GaussianMixture mixture) {
      this.components = mixture.components.size();
      this.dimensions = mixture.dimensions;
      this.kernel = mixture.kernel;
      this.workspace = kernel.newWorkspace();
      this.inverse = new double[row(dimensions)];
    }

    @Override
    public double logDensity(double[] z) {
      double largest = workspace.whiten(z, GIVEN_UP);
      return Double.isFinite(largest) ? largest + Math.log(workspace.weigh(largest)) : largest;
    }

    /**
     * Log-density, and what each component has of the density: nothing where that is less than a
     * share of e^-45.
     *
     * @param z a point, in its first d numbers
     * @param shares receives one number for each component; they sum to one, and are NaN where the
     *     log-density is not finite
     * @return the log-density
     */
    public double shares(double[] z, double[] shares) {
      double largest = workspace.whiten(z, GIVEN_UP);
      if (!Double.isFinite(largest)) {
        Arrays.fill(shares, 0, components, Double.NaN);
        return largest;
      }
      double sum = workspace.weigh(largest);
      for (int k = 0; k < components; k++) {
        shares[k] = workspace.weights[k] / sum;
      }
      return largest + Math.log(sum);
    }

    /**
     * Minus the sum, over the components by their shares of the density, of L'^-1 L^-1 (z - mean);
     * zero where the log-density is not finite.
     */
    @Override
    public double logDensityAndGradient(double[] z, double[] gradient) {
      double largest = workspace.whiten(z, GIVEN_UP);
      if (!Double.isFinite(largest)) {
        Arrays.fill(gradient, 0, dimensions, 0);
        return largest;
      }
      double sum = workspace.weigh(largest);
      workspace.weighSlopes(gradient);
      for (int i = 0; i < dimensions; i++) {
        gradient[i] /= -sum;
      }
      return largest + Math.log(sum);
    }

    @Override
    public void standardise(double[] z, double[] residual, double[] columns) {
      workspace.whiten(z, NEARLY);
      int nearest = workspace.nearest();
      workspace.copyWhitened(nearest, residual);
      kernel.copyWhitening(nearest, inverse);
      for (int column = 0; column < dimensions; column++) {
        multiplyInPlace(columns, column * dimensions);
      }
    }

    /** By L^-1, from the last row up. */
    private void multiplyInPlace(double[] vectors, int from) {
      for (int i = dimensions - 1; i >= 0; i--) {
        double sum = 0;
        int begin = 0;
        for (int j = 0; j <= i; j++) {
          sum += inverse[begin + i - j] * vectors[from + j];
          begin += dimensions - j;
        }
        vectors[from + i] = sum;
      }
    }
  }
}
