package io.lowtide.trainer.engine;

/**
 * How batches are integrated.
 *
 * @param relativeTolerance per component, between 0 and 1
 * @param absoluteTolerance per component, between 0 and 1
 * @param norm what a step must bound
 * @param maximumEvaluations evaluations of the vector field after which a solve is given up; at
 *     least 20
 */
public record SolverOptions(
    double relativeTolerance, double absoluteTolerance, ErrorNorm norm, int maximumEvaluations) {

  private static final int LEAST_BUDGET = 20;

  /**
   * @throws IllegalArgumentException if a value is out of range
   */
  public SolverOptions {
    requireTolerance("relativeTolerance", relativeTolerance);
    requireTolerance("absoluteTolerance", absoluteTolerance);
    if (maximumEvaluations < LEAST_BUDGET) {
      throw new IllegalArgumentException(
          "maximumEvaluations: " + maximumEvaluations + ", expected at least " + LEAST_BUDGET);
    }
  }

  /** One tolerance, relative and absolute, and a budget of 1,000 evaluations. */
  public static SolverOptions of(double tolerance, ErrorNorm norm) {
    return new SolverOptions(tolerance, tolerance, norm, 1_000);
  }

  private static void requireTolerance(String name, double value) {
    if (!(value > 0 && value < 1)) {
      throw new IllegalArgumentException(name + ": " + value + ", expected between 0 and 1");
    }
  }
}
