package io.lowtide.trainer.nd4j;

/** Integrates a {@link BatchSystem}. */
interface BatchSolver {

  /**
   * Integrates from one time to another, in either direction.
   *
   * @param from start of the interval
   * @param to end of the interval, different from {@code from}
   * @param y state at {@code from}, column-major; replaced by the state at {@code to}
   * @param integral the integral of the integrand from {@code from} to {@code to} is added to it;
   *     null if it is not wanted
   * @throws io.lowtide.trainer.engine.SolveException if the end was not reached
   */
  void integrate(double from, double to, double[] y, double[] integral);

  /** Evaluations of the right-hand side in the last solve. */
  int evaluations();
}
