package io.lowtide.trainer.vector;

/**
 * A system of differential equations for every record of a batch, with what is summed over the
 * records along its path.
 *
 * @param <A> array of numbers
 */
interface TiledSystem<A> {

  /** Columns of the state. */
  int columns();

  /** End of each group of columns whose error is controlled; the first starts at column 0. */
  int[] errorGroups();

  /** Length of the sums; 0 where nothing is summed. */
  int sumsLength();

  /**
   * Evaluates the derivative.
   *
   * @param s time
   * @param state tiles of as many rows as columns
   * @param derivative receives the same
   * @param weight factor of the integrand
   * @param sums the integrand is added to; not touched where the weight is 0
   */
  void evaluate(double s, A state, A derivative, double weight, A sums);
}
