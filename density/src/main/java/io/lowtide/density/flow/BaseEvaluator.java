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
}
