package io.lowtide.trainer.fit;

import io.lowtide.schemas.FeatureSpecification;
import java.util.List;

/**
 * A fitted flow with the scores of normal records that had no part in the fit they are scored by.
 *
 * @param features how a record becomes numbers
 * @param flow the flow that goes into the model
 * @param engine what it was fitted on
 * @param settings how, with what they leave to the engine
 * @param solver how its scores are integrated
 * @param heldOut those records, as the scorer takes them
 * @param conformityScores one for each, in nats, negative infinity where a record has none
 * @param checks held-out records to check the calibration by, and those that rank them
 * @param trainingRecords records that the flow was fitted to
 * @param validationRecords records that decided when to stop
 */
record CalibratedFlow(
    FeatureSpecification features,
    FittedFlow flow,
    String engine,
    TrainingSettings settings,
    SolverChoice solver,
    List<double[]> heldOut,
    double[] conformityScores,
    List<Check> checks,
    int trainingRecords,
    int validationRecords) {

  /**
   * Conformity scores, in nats, by flows that know neither.
   *
   * @param scores of the records to check by
   * @param calibration of the records that rank them
   */
  record Check(double[] scores, double[] calibration) {}
}
