package io.lowtide.trainer.engine;

import io.lowtide.density.field.FieldShape;

/**
 * What training minimises: the mean negative log-likelihood, plus penalties that keep the ODE easy
 * to solve (Finlay et al. 2020, How to train your neural ODE, arXiv 2002.02798, section 4).
 *
 * @param trace how the divergence is found
 * @param probes where probes come from, for the estimated trace and for the Jacobian penalty
 * @param kineticPenalty factor of the mean of the integral of |f|^2; at least 0
 * @param jacobianPenalty factor of the mean of the integral of |(df/dz) e|^2, whose expectation
 *     over the probe e is the squared Frobenius norm of df/dz; at least 0
 */
public record FlowObjective(
    TraceMode trace, ProbeDistribution probes, double kineticPenalty, double jacobianPenalty) {

  /**
   * Components that records may lack up to which their part of the closed-form divergence is taken
   * away exactly, one by one; beyond it is estimated by one random probe.
   */
  public static final int MOST_EXACTLY_ABSENT = 4;

  /**
   * @throws IllegalArgumentException if a penalty is negative or not finite
   */
  public FlowObjective {
    requirePenalty("kineticPenalty", kineticPenalty);
    requirePenalty("jacobianPenalty", jacobianPenalty);
  }

  /** Plain maximum likelihood with the exact divergence. */
  public static FlowObjective exactLikelihood() {
    return new FlowObjective(TraceMode.EXACT, ProbeDistribution.RADEMACHER, 0, 0);
  }

  /** Whether the divergence of a field is found in closed form. */
  public boolean hasClosedFormDivergence(FieldShape shape) {
    return trace == TraceMode.EXACT && shape.hiddenLayers() <= 2;
  }

  private static void requirePenalty(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + ": " + value + ", expected at least 0");
    }
  }
}
