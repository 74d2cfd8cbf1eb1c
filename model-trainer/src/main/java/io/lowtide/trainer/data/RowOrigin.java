package io.lowtide.trainer.data;

/**
 * Where the row that is being read comes from: one that moves along, so that none is made for each.
 */
interface RowOrigin {

  /** Number of the row in the order of reading, from 0. */
  int number();

  /** The same for the same row of the same source, and another for any other. */
  long identity();

  /** When it was, in milliseconds since 1970; the same for all rows where that is not known. */
  long time();

  /** Its message key as a number, the same for the same key. */
  double key();

  /** Whether it is to be told apart from the others in the table, as an anomaly. */
  boolean isMarked();

  /** Where it stands, for people. */
  String place();
}
