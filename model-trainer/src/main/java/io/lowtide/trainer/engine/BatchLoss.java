package io.lowtide.trainer.engine;

/**
 * What one pass over a batch found, all means over its records.
 *
 * @param negativeLogLikelihood in nats
 * @param kineticEnergy integral of |f|^2; 0 where it is not penalised
 * @param jacobianNorm integral of |(df/dz) e|^2; 0 where it is not penalised
 * @param loss what is minimised: the first, plus the penalties
 * @param forwardEvaluations evaluations of the field in the forward solve
 * @param backwardEvaluations evaluations in the adjoint solve; 0 where there was none
 */
public record BatchLoss(
    double negativeLogLikelihood,
    double kineticEnergy,
    double jacobianNorm,
    double loss,
    int forwardEvaluations,
    int backwardEvaluations) {

  /** With the loss that an objective makes of its parts. */
  public static BatchLoss of(
      FlowObjective objective,
      double negativeLogLikelihood,
      double kineticEnergy,
      double jacobianNorm,
      int forwardEvaluations,
      int backwardEvaluations) {
    double loss =
        negativeLogLikelihood
            + objective.kineticPenalty() * kineticEnergy
            + objective.jacobianPenalty() * jacobianNorm;
    return new BatchLoss(
        negativeLogLikelihood,
        kineticEnergy,
        jacobianNorm,
        loss,
        forwardEvaluations,
        backwardEvaluations);
  }
}
