package io.lowtide.density.field;

/**
 * A vector field that remembers the evaluations of one solve, so that the solve can be
 * differentiated: backwards, from the derivatives of a result by what a solve ends with to those by
 * what it starts with, or forwards. Each evaluation has a place, with a time that is fixed. Belongs
 * to one thread; allocates nothing after construction.
 */
public interface FieldTape {

  /**
   * Sets the context of the evaluations that follow.
   *
   * @param context c, k numbers
   */
  void setContext(double[] context);

  /**
   * Evaluates the field, and remembers it.
   *
   * @param place of the evaluation, from 0
   * @param z position, d numbers
   * @param derivative receives f(z, s; c), d numbers
   * @return tr(df/dz)
   */
  double evaluate(int place, double[] z, double[] derivative);

  /**
   * Vector-Jacobian product of the evaluation remembered at a place: the gradient by z of f .
   * cotangent + tr(df/dz) traceCotangent.
   *
   * @param cotangent derivatives of the result by f, d numbers
   * @param traceCotangent derivative of the result by the trace
   * @param gradient receives d numbers
   */
  void pullBack(int place, double[] cotangent, double traceCotangent, double[] gradient);

  /**
   * Jacobian-vector products of the evaluation remembered at a place, one for each dimension:
   * (df/dz) times each of d tangents.
   *
   * @param tangents d vectors of d numbers, one after the other
   * @param products receives as many
   */
  void pushForward(int place, double[] tangents, double[] products);
}
