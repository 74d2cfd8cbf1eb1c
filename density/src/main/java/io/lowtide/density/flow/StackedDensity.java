package io.lowtide.density.flow;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A mixture of few Gaussians and a kernel density, stacked (Smyth and Wolpert 1999, Machine
 * Learning 36, 59-83): (1 - share) mixture + share kernels. The former knows what values have to do
 * with each other, the latter where records are.
 *
 * @param mixture of few Gaussians
 * @param kernels of as many dimensions
 * @param share of the kernels in the density, in (0, 1)
 */
public record StackedDensity(GaussianMixture mixture, KernelDensity kernels, double share)
    implements BaseDensity {

  /**
   * @throws IllegalArgumentException if the share is out of its range, or the dimensions differ
   */
  public StackedDensity {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("share: " + share + ", expected above 0 and below 1");
    }
    if (kernels.dimensions() != mixture.dimensions()) {
      throw new IllegalArgumentException(
          "kernels: of "
              + kernels.dimensions()
              + " dimensions, expected "
              + mixture.dimensions()
              + ", those of the mixture");
    }
  }

  @Override
  public int dimensions() {
    return mixture.dimensions();
  }

  @Override
  public long parameterCount() {
    return mixture.parameterCount() + kernels.parameterCount() + 1;
  }

  @Override
  public StackedDensity restrictedTo(int[] kept) {
    return new StackedDensity(mixture.restrictedTo(kept), kernels.restrictedTo(kept), share);
  }

  @Override
  public BaseEvaluator newEvaluator() {
    return new Evaluator(this);
  }

  @Override
  public void draw(RandomGenerator random, double[] z) {
    if (random.nextDouble() < share) {
      kernels.draw(random, z);
    } else {
      mixture.draw(random, z);
    }
  }

  private static final class Evaluator implements BaseEvaluator {

    private final GaussianMixture.Evaluator mixture;
    private final KernelDensity.Evaluator kernels;
    private final double logShareOfMixture;
    private final double logShareOfKernels;
    private final double[] slope;

    Evaluator(StackedDensity density) {
      this.mixture = density.mixture.newEvaluator();
      this.kernels = density.kernels.newEvaluator();
      this.logShareOfMixture = Math.log1p(-density.share);
      this.logShareOfKernels = Math.log(density.share);
      this.slope = new double[density.dimensions()];
    }

    @Override
    public double logDensity(double[] z) {
      double first = logShareOfMixture + mixture.logDensity(z);
      double second = logShareOfKernels + kernels.logDensity(z);
      double larger = Math.max(first, second);
      return Double.isFinite(larger)
          ? larger + Math.log(relative(first, larger) + relative(second, larger))
          : larger;
    }

    private static double relative(double logDensity, double larger) {
      double x = logDensity - larger;
      return x < -MixtureWorkspace.NEGLIGIBLE ? 0 : Exponential.of(x);
    }

    @Override
    public double logDensityAndGradient(double[] z, double[] gradient) {
      double first = logShareOfMixture + mixture.logDensityAndGradient(z, gradient);
      double second = logShareOfKernels + kernels.logDensityAndGradient(z, slope);
      double larger = Math.max(first, second);
      if (!Double.isFinite(larger)) {
        Arrays.fill(gradient, 0, slope.length, 0);
        return larger;
      }
      double ofMixture = relative(first, larger);
      double ofKernels = relative(second, larger);
      double sum = ofMixture + ofKernels;
      for (int i = 0; i < slope.length; i++) {
        gradient[i] = ofMixture / sum * gradient[i] + ofKernels / sum * slope[i];
      }
      return larger + Math.log(sum);
    }

    /**
     * By the mixture alone: a kernel says that a record was there, not how values go together
     * around it.
     */
    @Override
    public void standardise(double[] z, double[] residual, double[] columns) {
      mixture.standardise(z, residual, columns);
    }
  }
}
