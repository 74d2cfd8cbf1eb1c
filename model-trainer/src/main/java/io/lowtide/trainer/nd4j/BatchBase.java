package io.lowtide.trainer.nd4j;

import io.lowtide.density.flow.BaseDensity;
import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.StandardNormal;

/**
 * The base density at the end of a forward solve: what the log-densities of a batch end with, and
 * what its cotangents begin with.
 */
sealed interface BatchBase permits NormalBase, MixtureBase {

  /**
   * @param base the density
   * @param field knows which components each record has
   */
  static BatchBase of(BaseDensity base, BatchField field) {
    if (base instanceof GaussianMixture mixture) {
      return new MixtureBase(mixture, field);
    }
    return new NormalBase((StandardNormal) base, field);
  }

  /**
   * log p of each record: log base(z(0)) + l(0).
   *
   * @param state z(0), B by d, then l(0), length B; column-major
   * @param logDensities receives B numbers
   */
  void logDensities(double[] state, double[] logDensities);

  /**
   * The cotangents of minus the sum of the log-densities: minus the gradient of log base(z(0)).
   *
   * @param state as above
   * @param adjointState receives them, B by d, behind its first B by d numbers; column-major
   */
  void cotangents(double[] state, double[] adjointState);
}
