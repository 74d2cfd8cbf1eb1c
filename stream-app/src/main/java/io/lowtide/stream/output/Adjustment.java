package io.lowtide.stream.output;

/** What was done to a message so that the brokers take it. */
public enum Adjustment {
  /** A dead letter lacks a part of its record. */
  DEAD_LETTER_CUT,
  /** A score or an alert lacks the key of its record. */
  KEY_LEFT_OUT,
  /** An alert lacks fields, the weakest ones. */
  FIELDS_LEFT_OUT,
  /** A message has a position for a key, because its topic takes none without. */
  KEY_GIVEN,
  /** A message has the time at hand for its timestamp. */
  TIMESTAMP_REPLACED
}
