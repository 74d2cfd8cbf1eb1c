package io.lowtide.density.ode;

/**
 * Weights of Adams' methods on a fixed grid (Hairer, Norsett, Wanner, Solving Ordinary Differential
 * Equations I, section III.1; III.5 for steps of different lengths). The predictor of Bashforth
 * integrates the polynomial through the last three slopes, the corrector of Moulton the one through
 * these and the slope at the point that was predicted; fewer slopes in the first two steps, which
 * have fewer behind them. The first step is therefore shorter than the others.
 *
 * <p>Times and weights are shares of the whole interval.
 */
public final class AdamsWeights {

  /** Slopes that the predictor uses. */
  public static final int HISTORY = 3;

  private static final double FIRST_STEP = 1.0 / 3;

  private final double[] nodes;
  private final double[][] predictor;
  private final double[][] corrector;

  /**
   * @param steps number of steps, at least 1
   */
  public AdamsWeights(int steps) {
    nodes = new double[steps + 1];
    predictor = new double[steps][];
    corrector = new double[steps][];
    for (int step = 0; step < steps; step++) {
      nodes[step + 1] = (FIRST_STEP + step) / (FIRST_STEP + steps - 1);
      int known = Math.min(step + 1, HISTORY);
      double[] times = new double[known + 1];
      for (int i = 0; i < known; i++) {
        times[i] = nodes[step - i];
      }
      times[known] = nodes[step + 1];
      predictor[step] = weights(times, known, nodes[step], nodes[step + 1]);
      corrector[step] = weights(times, known + 1, nodes[step], nodes[step + 1]);
    }
  }

  /**
   * Weights of values at the first {@code count} times, at most four, in the integral of the
   * polynomial through them: Simpson's rule, which is exact up to degree 3, for each of Lagrange's
   * polynomials.
   */
  private static double[] weights(double[] times, int count, double from, double to) {
    double[] weights = new double[count];
    for (int i = 0; i < count; i++) {
      weights[i] =
          (to - from)
              / 6
              * (lagrange(times, count, i, from)
                  + 4 * lagrange(times, count, i, 0.5 * (from + to))
                  + lagrange(times, count, i, to));
    }
    return weights;
  }

  /** The polynomial that is 1 at {@code times[index]} and 0 at the others, at a time. */
  private static double lagrange(double[] times, int count, int index, double time) {
    double product = 1;
    for (int i = 0; i < count; i++) {
      if (i != index) {
        product *= (time - times[i]) / (times[index] - times[i]);
      }
    }
    return product;
  }

  /** Number of steps. */
  public int steps() {
    return predictor.length;
  }

  /** Time before a step, from 0; of the index {@link #steps()}, the end: 1. */
  public double node(int index) {
    return nodes[index];
  }

  /** Weights of the slopes before a step, the latest first. */
  public double[] predictor(int step) {
    return predictor[step];
  }

  /** Weights of the slopes before a step, the latest first, and then of the one after it. */
  public double[] corrector(int step) {
    return corrector[step];
  }

  /** Weight of each node in the integral: that of its slope in every step. */
  public double[] nodeWeights() {
    double[] sums = new double[steps() + 1];
    for (int step = 0; step < steps(); step++) {
      int past = corrector[step].length - 1;
      for (int back = 0; back < past; back++) {
        sums[step - back] += corrector[step][back];
      }
      sums[step + 1] += corrector[step][past];
    }
    return sums;
  }
}
