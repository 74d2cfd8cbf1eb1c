package io.lowtide.trainer.vector;

import java.util.Arrays;
import java.util.List;

/** In double precision by plain loops, to check what is computed by finite differences. */
final class PlainKernels implements Kernels<double[]> {

  @Override
  public int lanes() {
    return 1;
  }

  @Override
  public int widthUnit() {
    return 1;
  }

  @Override
  public double[] newArray(int length) {
    return new double[length];
  }

  @Override
  public void read(double[] from, int fromAt, double[] to, int toAt, int count) {
    System.arraycopy(from, fromAt, to, toAt, count);
  }

  @Override
  public void write(double[] from, int fromAt, double[] to, int toAt, int count) {
    System.arraycopy(from, fromAt, to, toAt, count);
  }

  @Override
  public void fill(double[] array, int at, int count, double value) {
    Arrays.fill(array, at, at + count, value);
  }

  @Override
  public void copy(double[] from, int fromAt, double[] to, int toAt, int count) {
    System.arraycopy(from, fromAt, to, toAt, count);
  }

  @Override
  public void product(
      double[] panels,
      int rows,
      int depth,
      double[] x,
      int xAt,
      int width,
      double[] out,
      int outAt) {
    for (int row = 0; row < rows; row++) {
      int to = outAt + row * width;
      Arrays.fill(out, to, to + width, 0);
      for (int k = 0; k < depth; k++) {
        double weight = panels[(row / PANEL * depth + k) * PANEL + row % PANEL];
        for (int r = 0; r < width; r++) {
          out[to + r] += weight * x[xAt + k * width + r];
        }
      }
    }
  }

  @Override
  public void outer(
      double[] left,
      int rows,
      double[] right,
      int rightAt,
      int columns,
      int width,
      double weight,
      double[] sums,
      int at) {
    for (int row = 0; row < rows; row++) {
      for (int r = 0; r < width; r++) {
        double factor = weight * left[row * width + r];
        for (int column = 0; column < columns; column++) {
          sums[at + row * columns + column] += factor * right[rightAt + r * columns + column];
        }
      }
    }
  }

  @Override
  public void transpose(
      double[] x, int xAt, int rows, int width, double[] out, int outAt, int columns) {
    for (int row = 0; row < rows; row++) {
      for (int r = 0; r < width; r++) {
        out[outAt + r * columns + row] = x[xAt + row * width + r];
      }
    }
  }

  @Override
  public void gates(
      double[] base, int baseAt, double[] time, double s, int rows, int width, double[] out) {
    for (int j = 0; j < rows * width; j++) {
      out[j] = 2 / (1 + Math.exp(-base[baseAt + j] - time[j / width] * s));
    }
  }

  @Override
  public void shift(
      double[] base, int baseAt, double[] time, double s, int rows, int width, double[] out) {
    for (int j = 0; j < rows * width; j++) {
      out[j] = base[baseAt + j] + time[j / width] * s;
    }
  }

  @Override
  public void activate(
      Layer<double[]> layer, boolean softplus, boolean perRecord, double[] valid, int validAt) {
    int width = layer.width();
    for (int j = 0; j < layer.size(); j++) {
      int of = perRecord ? j : j / width;
      double g = layer.gate()[of];
      double a = g * layer.linear()[j] + layer.bias()[of];
      double h = softplus ? Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))) : Math.tanh(a);
      double e = softplus ? 1 / (1 + Math.exp(-a)) : 1 - h * h;
      layer.hidden()[j] = h;
      layer.derivative()[j] = e;
      layer.sensitivity()[j] = e * g * valid[validAt + j % width];
    }
  }

  @Override
  public void pullBack(Layer<double[]> layer, boolean softplus, boolean perRecord) {
    for (int j = 0; j < layer.size(); j++) {
      double g = layer.gate()[perRecord ? j : j / layer.width()];
      double e = layer.derivative()[j];
      double curvature = softplus ? 1 - e : -2 * layer.hidden()[j];
      double ofSensitivity = layer.pulled()[j];
      double ofArgument = e * (layer.cotangent()[j] + curvature * ofSensitivity * g);
      layer.pulled()[j] = g * ofArgument;
      layer.cotangent()[j] = ofArgument;
      layer.ofGate()[j] = (ofArgument * layer.linear()[j] + ofSensitivity * e) * g * (1 - 0.5 * g);
    }
  }

  @Override
  public void pullTangent(Layer<double[]> layer) {
    for (int j = 0; j < layer.size(); j++) {
      double cotangent = layer.cotangent()[j];
      layer.pulled()[j] += cotangent * layer.along()[j];
      layer.tangentPulled()[j] = cotangent * layer.sensitivity()[j];
    }
  }

  @Override
  public void output(
      double[] x,
      double[] bias,
      int biasAt,
      boolean perRecord,
      double[] present,
      int presentAt,
      int rows,
      int width,
      double[] out,
      int outAt) {
    for (int j = 0; j < rows * width; j++) {
      out[outAt + j] = present[presentAt + j] * (x[j] + bias[biasAt + (perRecord ? j : j / width)]);
    }
  }

  @Override
  public void multiply(
      double[] a, int aAt, double[] b, int bAt, double[] out, int outAt, int count) {
    for (int j = 0; j < count; j++) {
      out[outAt + j] = a[aAt + j] * b[bAt + j];
    }
  }

  @Override
  public void combine(
      double p,
      double[] a,
      int aAt,
      double q,
      double[] b,
      int bAt,
      double[] out,
      int outAt,
      int count) {
    for (int j = 0; j < count; j++) {
      out[outAt + j] = p * a[aAt + j] + q * b[bAt + j];
    }
  }

  @Override
  public void addScaled(
      double[] base, List<double[]> terms, double[] factors, double[] out, int count) {
    System.arraycopy(base, 0, out, 0, count);
    for (int term = 0; term < terms.size(); term++) {
      double factor = factors[term];
      if (factor != 0) {
        double[] values = terms.get(term);
        for (int j = 0; j < count; j++) {
          out[j] += factor * values[j];
        }
      }
    }
  }

  @Override
  public void contract(
      double[] a,
      int aAt,
      double[] b,
      int bAt,
      int rows,
      int width,
      double factor,
      double[] out,
      int outAt) {
    for (int j = 0; j < rows * width; j++) {
      out[outAt + j % width] += factor * a[aAt + j] * b[bAt + j];
    }
  }

  @Override
  public void rowSums(
      double[] x,
      int rows,
      int width,
      double weight,
      double s,
      double[] sums,
      int constantAt,
      int timeAt) {
    for (int j = 0; j < rows * width; j++) {
      sums[constantAt + j / width] += weight * x[j];
      sums[timeAt + j / width] += weight * s * x[j];
    }
  }
}
