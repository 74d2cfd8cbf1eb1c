package io.lowtide.density.calibration;

import java.util.OptionalInt;

/** Ranks the conformity score of a record among those of normal records. */
public sealed interface Ranking permits ConformalCalibration, FollowingCalibration {

  /**
   * Conformal p-value: the share of normal records that are at least as improbable.
   *
   * @param conformityScore in nats
   * @return in (0, 1]
   */
  double pValue(double conformityScore);

  /**
   * How extreme a record is: -log10 of the probability that a normal record is at least as
   * improbable, which goes on rising where the p-value has reached its floor.
   *
   * @param conformityScore in nats
   */
  double severity(double conformityScore);

  /**
   * A severity as people tell it.
   *
   * @param severity what {@link #severity} gave
   */
  Rarity rarity(double severity);

  /**
   * How many records of the stream itself it ranks with, beside those of the calibration; empty for
   * the calibration alone.
   */
  OptionalInt followed();
}
