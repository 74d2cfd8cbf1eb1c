package io.lowtide.density.ode;

/**
 * How an adaptive solver chooses its next step: PI control (Gustafsson 1991, ACM Transactions on
 * Mathematical Software 17, 533-554; Hairer, Norsett, Wanner, Solving Ordinary Differential
 * Equations I, 2nd ed. 1993, section II.4).
 */
public final class StepControl {

  private static final double SAFETY = 0.9;
  private static final double LEAST_FACTOR = 0.2;
  private static final double LARGEST_FACTOR = 10;
  private static final double PI_BETA = 0.04;
  private static final double NOT_FINITE_FACTOR = 0.1;

  private final double exponent;

  /**
   * @param order of the method
   */
  public StepControl(int order) {
    this.exponent = 1.0 / order;
  }

  /**
   * Factor for a step that is to be repeated.
   *
   * @param error its error norm, in units of the tolerances: above 1, or not finite
   */
  public double afterRejection(double error) {
    return Double.isFinite(error)
        ? Math.max(LEAST_FACTOR, SAFETY * Math.pow(error, -exponent))
        : NOT_FINITE_FACTOR;
  }

  /**
   * Factor for the step after one that was taken.
   *
   * @param error error norm of that step, in units of the tolerances, at most 1
   * @param previousError that of the step before, at least 1e-4
   */
  public double afterAcceptance(double error, double previousError) {
    double factor =
        SAFETY
            * Math.pow(Math.max(error, 1e-10), PI_BETA * 0.75 - exponent)
            * Math.pow(previousError, PI_BETA);
    return Math.min(LARGEST_FACTOR, Math.max(LEAST_FACTOR, factor));
  }
}
