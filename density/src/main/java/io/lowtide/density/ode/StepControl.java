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
  private static final double LEAST_PREVIOUS_ERROR = 1e-4;

  private final double exponent;
  private final double startingError;
  private final double errorBeforeStart;

  private StepControl(int order, double startingError, double errorBeforeStart) {
    this.exponent = 1.0 / order;
    this.startingError = startingError;
    this.errorBeforeStart = errorBeforeStart;
  }

  /**
   * With the start of Hairer's programs, for methods and systems of any kind: the first step aims
   * at a hundredth of the tolerance, and the second is held back as if an error far below it had
   * gone before.
   *
   * @param order of the method
   */
  public static StepControl startingCautiously(int order) {
    return new StepControl(order, 0.01, LEAST_PREVIOUS_ERROR);
  }

  /**
   * With a first step that aims at the tolerance, and no say of an error before it in the second.
   * On trained flows the cautious start costs one step in six and gains no accuracy at tolerances
   * of 1e-5.
   *
   * @param order of the method
   */
  public static StepControl startingBoldly(int order) {
    return new StepControl(order, 1, 1);
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
            : Math.pow(startingError / steepest, exponent);
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
   * @param previousError that of the step before, or {@link #errorBeforeStart}
   */
  public double afterAcceptance(double error, double previousError) {
    double factor =
        SAFETY
            * Math.pow(Math.max(error, 1e-10), PI_BETA * 0.75 - exponent)
            * Math.pow(Math.max(previousError, LEAST_PREVIOUS_ERROR), PI_BETA);
    return Math.min(LARGEST_FACTOR, Math.max(LEAST_FACTOR, factor));
  }

  /** What stands for the error of a step before the first. */
  public double errorBeforeStart() {
    return errorBeforeStart;
  }
}
