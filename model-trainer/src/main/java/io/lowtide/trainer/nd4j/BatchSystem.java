package io.lowtide.trainer.nd4j;

/**
 * A system dy/ds = g(s, y) for a batch of records, column-major with one row per record, together
 * with an integrand: a function of the state that is integrated along with it, but feeds neither
 * back into the state nor into the error norm.
 */
interface BatchSystem {

  /** Rows. */
  int records();

  /** Columns. */
  int columns();

  /** End of each group of columns that the error norm covers; the first starts at column 0. */
  int[] errorGroups();

  /** Where the solver puts y, in the first {@code records * columns} elements. */
  TensorBuffer point();

  /** Where the system puts dy/ds, likewise. */
  TensorBuffer derivative();

  /** Length of the integrand; 0 if there is none. */
  int integrandSize();

  /**
   * Evaluates dy/ds at the point.
   *
   * @param s time
   * @param integrand receives the integrand at the point; null where it is not needed
   */
  void evaluate(double s, double[] integrand);
}
