package io.lowtide.density.explanation;

import io.lowtide.density.flow.FlowDerivatives;

/**
 * Finds the normal point that differs from a given one in the fewest components, each of them where
 * it is most probable given the others: a matching pursuit in which each step takes the density for
 * the Gaussian that it looks like where the step before has led (Gauss and Newton). Where a base
 * has kernels, its other Gaussians may lead to where no record is; then a kernel is headed for.
 * Works on encoded values, a handful of solves in all. Belongs to one thread.
 */
final class NearestNormal {

  /** Nats that one more component must gain at least (Akaike's criterion). */
  private static final double LEAST_PRICE = 1;

  private static final int MOST_STEPS = 4;

  /** A component is moved by no more at once: farther off a Gaussian is not to be trusted. */
  private static final double LONGEST_STEP = 3;

  private static final int TRIALS = 3;
  private static final double SHORT_STEP = 0.5;

  /** Towards kernels: the first in the components at hand, the others in more of them. */
  private static final int STEPS_TO_KERNEL = 3;

  private final FlowDerivatives flow;
  private final LocalGaussian gaussian;
  private final int dimensions;

  /**
   * Nats that one more component must gain: log d, since the best of d gains something by chance
   * (the risk inflation criterion; Foster and George 1994, Annals of Statistics 22, 1947-1975).
   */
  private final double price;

  private final double[] current;
  private final double[] trial;
  private final double[] best;
  private final double[] displacement;
  private final double[] step;
  private final boolean[] displaced;
  private double bestLevel;

  NearestNormal(FlowDerivatives flow, LocalGaussian gaussian) {
    this.flow = flow;
    this.gaussian = gaussian;
    this.dimensions = flow.dimensions();
    this.price = Math.max(LEAST_PRICE, Math.log(dimensions));
    this.current = new double[dimensions];
    this.trial = new double[dimensions];
    this.best = new double[dimensions];
    this.displacement = new double[dimensions];
    this.step = new double[dimensions];
    this.displaced = new boolean[dimensions];
  }

  /** How probable a point is, in nats, beside what the flow says of it. */
  interface Volume {
    /** Log-determinant of the encoding at a point. */
    double logSlope(double[] point);
  }

  /**
   * Searches.
   *
   * @param point one that is not normal, d numbers
   * @param lowest value of each component that a normal point may have, d numbers
   * @param highest likewise
   * @param normalLevel log-density, with the log-determinant, from which on a point is normal
   * @param normal receives the nearest normal point, or the most probable one that was tried, which
   *     differs from the point
   */
  void find(
      double[] point,
      double[] lowest,
      double[] highest,
      double normalLevel,
      Volume volume,
      double[] normal) {
    bestLevel = Double.NEGATIVE_INFINITY;
    System.arraycopy(point, 0, best, 0, dimensions);
    search(point, lowest, highest, normalLevel, volume);
    System.arraycopy(best, 0, normal, 0, dimensions);
  }

  /**
   * What the first step of the search gains, if the density is the Gaussian that it looks like
   * there.
   *
   * @param point as for {@link #find}
   * @param lowest likewise
   * @param highest likewise
   * @param gains receives d numbers: what of it is of each component, in nats; 0 for one that stays
   * @return their sum; 0 or not a number if nothing is gained
   */
  double glance(double[] point, double[] lowest, double[] highest, double[] gains) {
    startWithin(lowest, highest, point);
    flow.follow(current);
    gaussian.linearise(flow);
    gaussian.move(current, point);
    gaussian.sparseDisplacement(price, Double.POSITIVE_INFINITY, displacement);
    return gaussian.gains(displacement, gains);
  }

  private void startWithin(double[] lowest, double[] highest, double[] point) {
    for (int i = 0; i < dimensions; i++) {
      current[i] = within(lowest[i], highest[i], point[i]);
    }
  }

  private void search(
      double[] point, double[] lowest, double[] highest, double normalLevel, Volume volume) {
    startWithin(lowest, highest, point);
    double level = level(current, volume);
    // Where each field is, given which others, is found first; what that leaves comes then.
    boolean settled = false;
    for (int index = 0; index < MOST_STEPS; index++) {
      gaussian.linearise(flow);
      double wanted =
          settled ? gaussian.energy() + 2 * (level - normalLevel) : Double.POSITIVE_INFINITY;
      gaussian.move(current, point);
      gaussian.sparseDisplacement(price, wanted, displacement);
      double length = 0;
      for (int i = 0; i < dimensions; i++) {
        step[i] = displacement[i] == 0 ? 0 : point[i] + displacement[i] - current[i];
        length = Math.max(length, Math.abs(step[i]));
      }
      level = advance(point, lowest, highest, normalLevel, volume, length);
      boolean isShort = length < SHORT_STEP;
      if (isShort && level >= normalLevel || !Double.isFinite(level)) {
        return;
      }
      boolean isLast = isShort && settled || index == MOST_STEPS - 1;
      boolean lacksRecords = (isShort || isLast) && level < normalLevel && flow.hasKernels();
      if (lacksRecords && headForKernel(point, lowest, highest, normalLevel, volume, isLast)
          || isLast) {
        return;
      }
      settled |= isShort;
    }
  }

  /**
   * Looks for a normal point near the kernel that is most probable once the components that the
   * last step displaced are where that kernel has them. If there is none, the flow remembers again
   * where that step has led.
   *
   * @param takesMore whether more components may be displaced, as few as it takes
   * @return whether a normal point was reached
   */
  private boolean headForKernel(
      double[] point,
      double[] lowest,
      double[] highest,
      double normalLevel,
      Volume volume,
      boolean takesMore) {
    for (int i = 0; i < dimensions; i++) {
      displaced[i] = displacement[i] != 0;
    }
    gaussian.chooseKernel(flow, displaced);
    System.arraycopy(current, 0, trial, 0, dimensions);
    double wanted = Double.POSITIVE_INFINITY;
    for (int index = 0; index < (takesMore ? STEPS_TO_KERNEL : 1); index++) {
      gaussian.move(trial, point);
      gaussian.displacement(displaced, wanted, displacement);
      boolean takesOthers = false;
      for (int i = 0; i < dimensions; i++) {
        takesOthers |= displaced[i] != (displacement[i] != 0);
        displaced[i] = displacement[i] != 0;
        trial[i] =
            displaced[i] ? within(lowest[i], highest[i], point[i] + displacement[i]) : point[i];
      }
      double level = level(trial, volume);
      if (level >= normalLevel) {
        bestLevel = level;
        System.arraycopy(trial, 0, best, 0, dimensions);
        return true;
      }
      if (takesOthers) {
        gaussian.chooseKernel(flow, displaced);
      } else {
        gaussian.lookFromKernel(flow);
      }
      wanted = gaussian.energy() + 2 * (level - normalLevel);
    }
    flow.follow(current);
    return false;
  }

  /** Along the step, shorter where that leads nowhere; returns the level at its end. */
  private double advance(
      double[] point,
      double[] lowest,
      double[] highest,
      double normalLevel,
      Volume volume,
      double length) {
    double share = length > LONGEST_STEP ? LONGEST_STEP / length : 1;
    double level = Double.NEGATIVE_INFINITY;
    for (int attempt = 0; attempt < TRIALS; attempt++) {
      for (int i = 0; i < dimensions; i++) {
        trial[i] =
            displacement[i] == 0
                ? point[i]
                : within(lowest[i], highest[i], current[i] + share * step[i]);
      }
      level = level(trial, volume);
      if (level > bestLevel) {
        bestLevel = level;
        System.arraycopy(trial, 0, best, 0, dimensions);
        break;
      }
      if (level >= normalLevel) {
        break;
      }
      share /= 3;
    }
    System.arraycopy(trial, 0, current, 0, dimensions);
    return level;
  }

  private static double within(double lowest, double highest, double value) {
    return Math.min(highest, Math.max(lowest, value));
  }

  private double level(double[] at, Volume volume) {
    double level = flow.logDensity(at) + volume.logSlope(at);
    return Double.isNaN(level) ? Double.NEGATIVE_INFINITY : level;
  }
}
