package io.lowtide.density.ode;

/** A first-order system dy/ds = g(s, y). */
@FunctionalInterface
public interface OdeSystem {

  /**
   * Evaluates the right-hand side.
   *
   * @param s time
   * @param y state; not to be changed
   * @param derivative receives dy/ds, of the length of {@code y}
   */
  void derivative(double s, double[] y, double[] derivative);
}
