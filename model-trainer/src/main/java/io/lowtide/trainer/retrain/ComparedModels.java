package io.lowtide.trainer.retrain;

import io.lowtide.schemas.ComparedModel;
import java.util.Optional;

/** Lays what was measured of models on the held-out records side by side. */
final class ComparedModels {

  static final String CHAMPION = "champion";

  private ComparedModels() {}

  /**
   * A model beside the champion.
   *
   * @param role of the model
   * @param champion empty: there is none, or this is it
   */
  static ComparedModel of(
      String role,
      HeldOutScores scores,
      CalibrationCheck.Limits limits,
      Optional<HeldOutScores> champion) {
    CalibrationCheck calibration = CalibrationCheck.of(scores, limits);
    Optional<Gain> gain =
        champion
            .filter(other -> other.bundle().scoresTheSame(scores.bundle()))
            .map(other -> Gain.of(scores, other))
            .filter(found -> Double.isFinite(found.mean()));
    return ComparedModel.newBuilder()
        .setRole(role)
        .setVersion(scores.bundle().version())
        .setScored(scores.scored())
        .setUnscorable(scores.size() - scores.scored())
        .setMeanLogLikelihood(finite(scores.meanLogLikelihood()))
        .setGain(gain.map(Gain::mean).orElse(null))
        .setGainStandardError(gain.map(Gain::standardError).orElse(null))
        .setGainRecords(gain.map(Gain::records).orElse(0))
        .setBudget(scores.budget())
        .setAlertRate(finite(calibration.alertRate()))
        .setCalibrationDistance(finite(calibration.distance()))
        .setCalibrationPValue(finite(calibration.pValue()))
        .setInCalibration(calibration.inCalibration())
        .setEvaluations(finite(scores.evaluations()))
        .setAgreement(champion.map(other -> agreement(scores, other)).orElse(null))
        .build();
  }

  /** One that could not be made. */
  static ComparedModel failed(String role, String why) {
    return ComparedModel.newBuilder().setRole(role).setFailure(why).build();
  }

  private static Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  /** Null where neither flags a record. */
  private static Double agreement(HeldOutScores one, HeldOutScores other) {
    int either = 0;
    int both = 0;
    for (int row = 0; row < one.size(); row++) {
      boolean first = one.isFlagged(row);
      boolean second = other.isFlagged(row);
      either += first || second ? 1 : 0;
      both += first && second ? 1 : 0;
    }
    return either == 0 ? null : (double) both / either;
  }
}
