package io.lowtide.density.flow;

/** Evaluates a {@link BaseDensity}. Belongs to one thread; allocates nothing after construction. */
public interface BaseEvaluator {

  /**
   * Log-density, in nats.
   *
   * @param z a point, in its first d numbers
   */
  double logDensity(double[] z);

  /**
   * Log-density and its gradient by z.
   *
   * @param z a point, in its first d numbers
   * @param gradient receives the gradient, in its first d numbers; another array than z
   * @return the same log-density, to the bit
   */
  double logDensityAndGradient(double[] z, double[] gradient);

  /**
   * Standardises by the Gaussian that is the most probable one at a point, with mean m and
   * covariance L L': up to a constant and to the other Gaussians the log-density is there -1/2
   * |residual|^2.
   *
   * @param z the point, in its first d numbers
   * @param residual receives L^-1 (z - m) in its first d numbers
   * @param columns d vectors of d numbers, one after the other, each of which is replaced by L^-1
   *     times itself
   */
  void standardise(double[] z, double[] residual, double[] columns);
}
