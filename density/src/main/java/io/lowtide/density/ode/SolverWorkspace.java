package io.lowtide.density.ode;

import io.lowtide.density.ode.SolverSettings.Adaptive;
import java.util.Arrays;
import java.util.Optional;

/**
 * Working arrays of a solver and what its methods do with them: evaluations of the system, which
 * are counted, weighted sums of slopes, and the error norm.
 */
final class SolverWorkspace {

  /** Derivatives of the state, at the stages of a step or at the times before it. */
  final double[][] slopes;

  /** State at a stage or, once the step is computed, at its end. */
  final double[] trial;

  /** Estimated error of {@link #trial}. */
  final double[] error;

  private final int positions;
  private final int components;
  private final double relativeTolerance;
  private final double absoluteTolerance;
  private int evaluations;

  /**
   * @param slopes number of derivatives to be kept, at least 1
   * @param positions d, components of the position, at least 1
   * @param integrals components after the position, at least 0
   * @param tolerances what errors are measured by; empty if they are not
   */
  SolverWorkspace(int slopes, int positions, int integrals, Optional<Adaptive> tolerances) {
    this.positions = positions;
    this.components = positions + integrals;
    this.slopes = new double[slopes][components];
    this.trial = new double[components];
    this.error = new double[components];
    // Here, beside what each step touches: weights that fill the cache are read between any two.
    this.relativeTolerance = tolerances.map(Adaptive::relativeTolerance).orElse(Double.NaN);
    this.absoluteTolerance = tolerances.map(Adaptive::absoluteTolerance).orElse(Double.NaN);
  }

  /** Components of the position. */
  int positions() {
    return positions;
  }

  /** Components of the state. */
  int components() {
    return components;
  }

  /** Evaluations since the last reset. */
  int evaluations() {
    return evaluations;
  }

  void resetEvaluations() {
    evaluations = 0;
  }

  void evaluate(OdeSystem system, double time, double[] y, double[] derivative) {
    system.derivative(time, y, derivative);
    evaluations++;
  }

  void evaluatePosition(OdeSystem system, double time, double[] y, double[] derivative) {
    system.positionDerivative(time, y, derivative);
    // Of no weight, but 0 times what is left of a record that overflowed is not 0.
    Arrays.fill(derivative, positions, components, 0);
    evaluations++;
  }

  /** result = base + step * sum of weights[k] * slopes[k]; two slopes at a time cost less. */
  void addSlopes(double[] base, double step, double[] weights, int count, double[] result) {
    double[] from = base;
    int index = 0;
    for (; index + 2 <= count; index += 2) {
      double factor = step * weights[index];
      double nextFactor = step * weights[index + 1];
      double[] slope = slopes[index];
      double[] nextSlope = slopes[index + 1];
      for (int i = 0; i < result.length; i++) {
        result[i] = from[i] + factor * slope[i] + nextFactor * nextSlope[i];
      }
      from = result;
    }
    if (index < count) {
      double factor = step * weights[index];
      double[] slope = slopes[index];
      for (int i = 0; i < result.length; i++) {
        result[i] = from[i] + factor * slope[i];
      }
    }
  }

  /** Of {@link #error}, of a step from y to {@link #trial}, in units of the tolerances. */
  double errorNorm(double[] y) {
    double squares = 0;
    double largest = 0;
    for (int i = 0; i < components; i++) {
      double relative = error[i] / scale(y[i], trial[i]);
      if (i < positions) {
        squares += relative * relative;
      } else {
        largest = Math.max(largest, Math.abs(relative));
      }
    }
    return Math.max(Math.sqrt(squares / positions), largest);
  }

  /** The error that the tolerances allow a component of this size before and after a step. */
  double scale(double before, double after) {
    return absoluteTolerance + relativeTolerance * Math.max(Math.abs(before), Math.abs(after));
  }

  /** The end of the step becomes the state. */
  void advance(double[] y) {
    System.arraycopy(trial, 0, y, 0, components);
  }

  static boolean allFinite(double[] values) {
    for (double value : values) {
      if (!Double.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}
