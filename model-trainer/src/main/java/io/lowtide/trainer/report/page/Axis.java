package io.lowtide.trainer.report.page;

import io.lowtide.trainer.report.FieldScale;
import io.lowtide.trainer.report.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;

/**
 * From values to positions in a drawing.
 *
 * @param scale where a value is on the scale
 * @param linear whether that is the value itself
 * @param low of the scale, at {@code from}
 * @param high of the scale, at {@code to}
 * @param from a position
 * @param to another position
 */
record Axis(
    DoubleUnaryOperator scale, boolean linear, double low, double high, double from, double to) {

  private static final int LEAST_EXPONENT = -30;
  private static final int GREATEST_EXPONENT = 30;

  static Axis linear(double low, double high, double from, double to) {
    // Far from 0 a step of 1 is none, and ticks without a distance would have no end.
    double end = high > low ? high : low + Math.max(1, 1e-3 * Math.abs(low));
    return new Axis(value -> value, true, low, end, from, to);
  }

  static Axis logarithmic(double low, double high, double from, double to) {
    return new Axis(Math::log10, false, Math.log10(low), Math.log10(high), from, to);
  }

  static Axis of(FieldScale scale, Span span, double from, double to) {
    return new Axis(scale::of, scale.isLinear(), span.low(), span.high(), from, to);
  }

  /** Where a value is. */
  double at(double value) {
    return atScaled(scale.applyAsDouble(value));
  }

  /** Where a point of the scale is. */
  double atScaled(double scaled) {
    return from + (scaled - low) / (high - low) * (to - from);
  }

  /** The same, no further out than the ends. */
  double within(double value) {
    double at = at(value);
    return Math.max(Math.min(from, to), Math.min(Math.max(from, to), at));
  }

  boolean holds(double value) {
    double scaled = scale.applyAsDouble(value);
    return scaled >= low && scaled <= high;
  }

  /** Round values, so far apart at the least. */
  List<Double> ticks(double distance) {
    return linear ? linearTicks(distance) : roundValues(distance);
  }

  private List<Double> linearTicks(double distance) {
    double most = Math.max(1, Math.abs(to - from) / distance);
    double rough = (high - low) / most;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double step =
        DoubleStream.of(1, 2, 5, 10)
            .map(factor -> factor * power)
            .filter(candidate -> candidate >= rough)
            .findFirst()
            .orElse(10 * power);
    List<Double> ticks = new ArrayList<>();
    for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
      // Not by adding up, and without the last digits of a division.
      ticks.add(Math.rint(i * step / power) * power == 0 ? 0 : rounded(i * step));
    }
    return ticks;
  }

  private static double rounded(double value) {
    return Double.parseDouble(String.format(Locale.ROOT, "%.9e", value));
  }

  /** Of a scale that stretches: powers of ten first, then halves and fifths of them. */
  private List<Double> roundValues(double distance) {
    List<Double> ticks = new ArrayList<>();
    if (holds(0)) {
      ticks.add(0.0);
    }
    for (double factor : new double[] {1, 5, 2}) {
      for (int exponent = GREATEST_EXPONENT; exponent >= LEAST_EXPONENT; exponent--) {
        double value = Double.parseDouble((int) factor + "e" + exponent);
        addIfApart(ticks, value, distance);
        addIfApart(ticks, -value, distance);
      }
    }
    if (ticks.size() < 2) {
      // Between two round values nothing stretches much.
      return linear(low, high, from, to).insideOf(this, distance);
    }
    ticks.sort(null);
    return ticks;
  }

  /** Round values between those at the ends of another axis. */
  private List<Double> insideOf(Axis other, double distance) {
    double first = other.valueAt(other.low);
    double last = other.valueAt(other.high);
    return linear(first, last, from, to).ticks(distance).stream().filter(other::holds).toList();
  }

  /** The value at a point of the scale, by bisection. */
  private double valueAt(double scaled) {
    double below = -1e30;
    double above = 1e30;
    for (int i = 0; i < 200; i++) {
      double middle = (below + above) / 2;
      double there = scale.applyAsDouble(middle);
      if (Double.isNaN(there) || there < scaled) {
        below = middle;
      } else {
        above = middle;
      }
    }
    return above;
  }

  private void addIfApart(List<Double> ticks, double value, double distance) {
    if (holds(value)
        && ticks.stream().allMatch(tick -> Math.abs(at(tick) - at(value)) >= distance)) {
      ticks.add(value);
    }
  }
}
