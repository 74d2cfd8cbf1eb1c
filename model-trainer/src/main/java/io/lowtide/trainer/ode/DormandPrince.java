package io.lowtide.trainer.ode;

/**
 * Coefficients of the method of Dormand and Prince 1980, order 5 with an embedded solution of order
 * 4 (Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, 2nd ed. 1993, table 5.2).
 * The last stage of a step is the first of the next, and its weights are those of the solution.
 */
final class DormandPrince {

  static final int STAGES = 7;
  static final int ORDER = 5;

  static final double[] NODES = {0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1};

  static final double[][] STAGE_WEIGHTS = {
    {},
    {1.0 / 5},
    {3.0 / 40, 9.0 / 40},
    {44.0 / 45, -56.0 / 15, 32.0 / 9},
    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
    {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
    {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84}
  };

  static final double[] WEIGHTS = {
    35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84, 0
  };

  /** Weights of the solution minus those of the embedded one. */
  static final double[] ERROR_WEIGHTS = {
    71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40
  };

  private DormandPrince() {}
}
