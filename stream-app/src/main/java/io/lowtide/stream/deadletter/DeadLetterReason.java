package io.lowtide.stream.deadletter;

import io.lowtide.density.scoring.ScoreOutcome;

/** Why a record went to the dead-letter topic. */
public enum DeadLetterReason {
  /** It has no value. */
  TOMBSTONE,
  /** It is not in the schema registry's wire format: too short, or another magic byte. */
  WIRE_FORMAT,
  /** The registry does not know the schema that it names. */
  UNKNOWN_SCHEMA,
  /** Its bytes are not what its schema says. */
  UNDECODABLE,
  /** It was decoded to something that is not an Avro record. */
  NOT_A_RECORD,
  /** A field that the model needs is missing or null. */
  MISSING_FIELD,
  /** A field is not what the model reads it as: a number, a category or a time. */
  WRONG_TYPE,
  /** A field is NaN or infinite. */
  NOT_FINITE,
  /** A value lies outside the domain of its transform. */
  OUTSIDE_DOMAIN,
  /** The solver ran out of evaluations. */
  STEP_BUDGET,
  /** The numbers left the range of double precision on the way. */
  OVERFLOW,
  /** The brokers took no message about it, although it has a score. */
  REFUSED,
  /** The application failed on this record for a reason of its own: please report it. */
  INTERNAL_ERROR;

  /** The reason that a score was not possible. */
  public static DeadLetterReason of(ScoreOutcome.Reason reason) {
    return switch (reason) {
      case MISSING_FIELD -> MISSING_FIELD;
      case WRONG_TYPE -> WRONG_TYPE;
      case NOT_FINITE -> NOT_FINITE;
      case OUTSIDE_DOMAIN -> OUTSIDE_DOMAIN;
      case STEP_BUDGET -> STEP_BUDGET;
      case OVERFLOW -> OVERFLOW;
    };
  }
}
