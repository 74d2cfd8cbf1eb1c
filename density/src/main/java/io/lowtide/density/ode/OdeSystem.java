package io.lowtide.density.ode;

/**
 * A first-order system dy/ds = g(s, y) of a position and of running integrals along its path, which
 * the right-hand side does not depend on.
 */
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

  /**
   * Evaluates the right-hand side where the integrands have no weight, as in the second stage of
   * Dormand and Prince: a system that can save work may leave them as they are.
   *
   * @param s time
   * @param y state; not to be changed
   * @param derivative receives dy/ds of the position
   */
  default void positionDerivative(double s, double[] y, double[] derivative) {
    derivative(s, y, derivative);
  }
}
