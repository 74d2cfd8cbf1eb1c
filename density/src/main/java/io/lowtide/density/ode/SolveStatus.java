package io.lowtide.density.ode;

/** How a solve ended. */
public enum SolveStatus {
  /** The end of the interval was reached within the tolerance. */
  COMPLETED,

  /** The budget of evaluations ran out before the end of the interval. */
  BUDGET_EXCEEDED,

  /** The step became too small for time to advance. */
  STEP_TOO_SMALL,

  /** The initial state, its derivative or the result is not finite. */
  NOT_FINITE
}
