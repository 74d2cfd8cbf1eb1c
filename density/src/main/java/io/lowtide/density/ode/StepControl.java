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
  private static final double LEAST_NORM = 1e-5;
  private static final double LEAST_STEP = 1e-6;

  /**
   * Error, in units of the tolerances, at which the starting step aims. Hairer's choice is 0.01,
   * for methods of any kind; with these two of order 5 it gave a first step half as long as was
   * allowed, and one step in six for nothing.
   */
  private static final double STARTING_ERROR = 1;

  /** What stands for the error before the first step, so that it has no say in the second. */
  public static final double NO_PREVIOUS_ERROR = 1;

  private final double exponent;

  /**
   * @param order of the method
   */
  public StepControl(int order) {
    this.exponent = 1.0 / order;
  }

  /**
   * Length of the Euler step that the starting step is found by (algorithm 4.14 b).
   *
   * @param stateNorm norm of the state, in units of the tolerances
   * @param slopeNorm norm of its derivative, likewise
   * @param span length of the interval, which it does not exceed
   */
  public double trialStep(double stateNorm, double slopeNorm, double span) {
    boolean small = stateNorm < LEAST_NORM || slopeNorm < LEAST_NORM;
    return Math.min(small ? LEAST_STEP : 0.01 * stateNorm / slopeNorm, span);
  }

  /**
   * Length of the first step (algorithm 4.14 e and f).
   *
   * @param trialStep what {@link #trialStep} gave
   * @param slopeNorm as there
   * @param curvature norm of the change of the derivative over the trial step, over its length
   * @param span length of the interval, which it does not exceed
   */
  public double startingStep(double trialStep, double slopeNorm, double curvature, double span) {
    double steepest = Math.max(slopeNorm, curvature);
    double step =
        steepest <= 1e-15
            ? Math.max(LEAST_STEP, trialStep * 1e-3)
            : Math.pow(STARTING_ERROR / steepest, exponent);
    step = Math.min(Math.min(100 * trialStep, step), span);
    return Double.isFinite(step) ? step : LEAST_STEP;
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
   * @param previousError what {@link #asPrevious} made of that of the step before, or {@link
   *     #NO_PREVIOUS_ERROR}
   */
  public double afterAcceptance(double error, double previousError) {
    double factor =
        SAFETY
            * Math.pow(Math.max(error, 1e-10), PI_BETA * 0.75 - exponent)
            * Math.pow(previousError, PI_BETA);
    return Math.min(LARGEST_FACTOR, Math.max(LEAST_FACTOR, factor));
  }

  /** The error of a step as the next one takes it into account. */
  public double asPrevious(double error) {
    return Math.max(error, 1e-4);
  }
}
