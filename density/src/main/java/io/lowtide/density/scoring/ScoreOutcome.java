package io.lowtide.density.scoring;

/** What became of a record that was to be scored. */
public sealed interface ScoreOutcome {

  /**
   * The record has a score.
   *
   * @param logLikelihood log-density of the record in nats, in its own units
   * @param conformityScore what it is ranked by, in nats
   * @param pValue conformal p-value, in (0, 1]
   * @param severity -log10 of the tail probability, at least 0
   * @param evaluations evaluations of the vector field
   */
  record Scored(
      double logLikelihood, double conformityScore, double pValue, double severity, int evaluations)
      implements ScoreOutcome {}

  /**
   * The record has no score.
   *
   * @param reason why
   * @param message for a person: the field, the value, what was expected
   */
  record Unscorable(Reason reason, String message) implements ScoreOutcome {}

  /** Why a record has no score. */
  enum Reason {
    /** A field of the specification is missing or null. */
    MISSING_FIELD,
    /** A field is not what it should be: a number, a category or a time. */
    WRONG_TYPE,
    /** A field is NaN or infinite. */
    NOT_FINITE,
    /** A value lies outside the domain of its feature's transform. */
    OUTSIDE_DOMAIN,
    /** The solver ran out of evaluations. */
    STEP_BUDGET,
    /** The numbers left the range of double precision on the way. */
    OVERFLOW
  }
}
