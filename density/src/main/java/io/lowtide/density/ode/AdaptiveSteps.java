package io.lowtide.density.ode;

/**
 * The steps of an adaptive solve, one at a time: how long the next one is, whether it is the last,
 * and whether the estimated error lets it stand. {@link StepControl} says by what factor steps
 * change; after a rejection none grows (Hairer, Norsett, Wanner, Solving Ordinary Differential
 * Equations I, 2nd ed. 1993, section II.4).
 *
 * <p>An instance serves one solve after another, of one thread. A solve calls {@link #begin},
 * {@link #startWith}, and then {@link #accept} for each step it tries, until {@link #atEnd}.
 */
public final class AdaptiveSteps {

  /** What is left after a step, as a share of it, that the step takes along. */
  private static final double REMAINDER = 1e-10;

  /** Units in the last place of time that a step must at least have. */
  private static final double LEAST_UNITS = 16;

  private final StepControl control;
  private double time;
  private double end;
  private double smallestStep;
  private double step;
  private boolean last;
  private boolean ended;
  private boolean rejectedBefore;
  private double previousError;
  private int accepted;
  private int rejected;

  /**
   * @param control how steps follow from errors
   */
  public AdaptiveSteps(StepControl control) {
    this.control = control;
  }

  /**
   * Begins a solve, in either direction, without a step as yet.
   *
   * @param from start of the interval
   * @param to end of the interval, different from {@code from}
   */
  public void begin(double from, double to) {
    time = from;
    end = to;
    smallestStep = LEAST_UNITS * Math.ulp(Math.max(Math.abs(from), Math.abs(to)));
    ended = false;
    rejectedBefore = false;
    previousError = control.errorBeforeStart();
    accepted = 0;
    rejected = 0;
  }

  /**
   * Proposes the first step.
   *
   * @param length its length, negative where time runs backwards
   */
  public void startWith(double length) {
    propose(length);
  }

  /**
   * Says what error the step has: it is taken, or to be repeated shorter.
   *
   * @param error its error norm, in units of the tolerances; above 1 or not a number to reject it
   * @return whether the step is taken
   */
  public boolean accept(double error) {
    if (!(error <= 1)) {
      rejected++;
      rejectedBefore = true;
      propose(step * control.afterRejection(error));
      return false;
    }
    accepted++;
    if (last) {
      time = end;
      ended = true;
      return true;
    }
    time += step;
    double factor = control.afterAcceptance(error, previousError);
    previousError = error;
    propose(step * (rejectedBefore ? Math.min(1, factor) : factor));
    rejectedBefore = false;
    return true;
  }

  /** A step of that length, or to the end of the interval if it leads there or beyond. */
  private void propose(double length) {
    last = Math.abs(end - time) <= Math.abs(length) * (1 + REMAINDER);
    step = last ? end - time : length;
  }

  /** Whether the last step was taken. */
  public boolean atEnd() {
    return ended;
  }

  /** Whether the step is too small for time to advance, and is not the last one. */
  public boolean isTooSmall() {
    return !last && Math.abs(step) < smallestStep;
  }

  /** Whether the step leads to the end of the interval. */
  public boolean isLast() {
    return last;
  }

  /** Time before the step; at the end, the end of the interval. */
  public double time() {
    return time;
  }

  /** Length of the step, negative where time runs backwards. */
  public double step() {
    return step;
  }

  /** Steps of this solve that were taken. */
  public int accepted() {
    return accepted;
  }

  /** Steps of this solve that were rejected. */
  public int rejected() {
    return rejected;
  }
}
