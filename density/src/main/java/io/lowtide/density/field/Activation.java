package io.lowtide.density.field;

/** Elementwise function of the hidden layers of a vector field. */
public enum Activation {
  /** {@code tanh(a)}. */
  TANH {
    @Override
    public double value(double a) {
      return Math.tanh(a);
    }

    @Override
    public double derivative(double a) {
      double h = Math.tanh(a);
      return 1 - h * h;
    }
  },

  /** {@code log(1 + exp(a))}. */
  SOFTPLUS {
    @Override
    public double value(double a) {
      return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
    }

    @Override
    public double derivative(double a) {
      return 1 / (1 + Math.exp(-a));
    }
  };

  /** The activation at {@code a}. */
  public abstract double value(double a);

  /** Its derivative at {@code a}. */
  public abstract double derivative(double a);
}
