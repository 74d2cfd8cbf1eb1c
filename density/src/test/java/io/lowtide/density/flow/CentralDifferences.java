package io.lowtide.density.flow;

import java.util.function.ToDoubleFunction;

/** Gradients by differences, to hold others to. */
final class CentralDifferences {

  private CentralDifferences() {}

  /**
   * @param function of a point, which it may not keep
   * @param at the point
   * @param step to both sides of each component
   */
  static double[] of(ToDoubleFunction<double[]> function, double[] at, double step) {
    double[] gradient = new double[at.length];
    double[] moved = at.clone();
    for (int i = 0; i < at.length; i++) {
      moved[i] = at[i] + step;
      double ahead = function.applyAsDouble(moved);
      moved[i] = at[i] - step;
      double behind = function.applyAsDouble(moved);
      moved[i] = at[i];
      gradient[i] = (ahead - behind) / (2 * step);
    }
    return gradient;
  }
}
