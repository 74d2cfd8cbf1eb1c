package io.lowtide.trainer.engine;

import io.lowtide.density.flow.BaseDensity;
import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.StandardNormal;
import java.util.BitSet;
import java.util.function.IntFunction;

/**
 * The base density at the end of a forward solve: what the log-densities of a batch end with, and
 * what its cotangents begin with. For engines that leave this to the CPU.
 */
public sealed interface BatchBase permits NormalBase, MixtureBase {

  /**
   * @param base the density
   * @param present the components that a record has; good until the next call
   */
  static BatchBase of(BaseDensity base, IntFunction<BitSet> present) {
    if (base instanceof GaussianMixture mixture) {
      return new MixtureBase(mixture, present);
    }
    return new NormalBase((StandardNormal) base, present);
  }

  /**
   * log p of each record: log base(z(0)) + l(0).
   *
   * @param state z(0), B by d, then l(0), length B; column-major
   * @param logDensities receives B numbers
   */
  void logDensities(double[] state, double[] logDensities);

  /**
   * The same, and the cotangents of minus the sum of the log-densities: minus the gradient of log
   * base(z(0)).
   *
   * @param state as above
   * @param logDensities receives B numbers
   * @param adjointState receives the cotangents, B by d, behind its first B by d numbers;
   *     column-major
   */
  void logDensitiesAndCotangents(double[] state, double[] logDensities, double[] adjointState);
}
