package io.lowtide.trainer.vector;

import io.lowtide.trainer.engine.SolveException;

/**
 * Integrates a system. Not to be used by two threads at once; allocates no large array after
 * construction.
 *
 * @param <A> array of numbers
 */
interface TiledSolver<A> {

  /**
   * Integrates from one time to another.
   *
   * @param state at the start; becomes that at the end
   * @param sums the integral of what the system sums is added to
   * @throws SolveException if it cannot be integrated
   */
  void integrate(double from, double to, A state, A sums);

  /** Evaluations of the system in the last call. */
  int evaluations();
}
