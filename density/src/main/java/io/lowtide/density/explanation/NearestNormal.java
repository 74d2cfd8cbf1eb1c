package io.lowtide.density.explanation;

import io.lowtide.density.flow.FlowDerivatives;

/**
 * Finds the normal point that differs from a given one in the fewest components, each of them where
 * it is most probable given the others: a matching pursuit in which each step takes the density for
 * the Gaussian that it looks like where the step before has led (Gauss and Newton). Works on
 * encoded values, a handful of solves in all. Belongs to one thread.
 */
final class NearestNormal {

  /** Nats that one more component must gain at least (Akaike's criterion). */
  private static final double LEAST_PRICE = 1;

  private static final int MOST_STEPS = 4;

  /** A component is moved by no more at once: farther off a Gaussian is not to be trusted. */
  private static final double LONGEST_STEP = 3;

  private static final int TRIALS = 3;
  private static final double SHORT_STEP = 0.5;

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
      current[i] = Math.min(highest[i], Math.max(lowest[i], point[i]));
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
      if (isShort && (settled || level >= normalLevel) || !Double.isFinite(level)) {
        return;
      }
      settled |= isShort;
    }
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
                : Math.min(highest[i], Math.max(lowest[i], current[i] + share * step[i]));
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

  private double level(double[] at, Volume volume) {
    double level = flow.logDensity(at) + volume.logSlope(at);
    return Double.isNaN(level) ? Double.NEGATIVE_INFINITY : level;
  }
}
