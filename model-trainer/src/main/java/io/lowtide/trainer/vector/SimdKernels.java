package io.lowtide.trainer.vector;

import io.lowtide.density.field.SimdFunctions;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * In single precision on the SIMD registers of the machine. Products hold a block of their result
 * in registers, two of them wide. No lane-crossing reduction is used: their order is unspecified,
 * and training must have the same bits in interpreted and compiled code.
 */
final class SimdKernels implements Kernels<float[]> {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int PAIR = 2 * LANES;

  /** A block of eight rows and two registers takes 19 of them, and AVX2 has 16. */
  private static final boolean MANY_REGISTERS = LANES != 8;

  /** Result of the product that is under way, before it is added to others. */
  private final float[] block = new float[PANEL * PAIR];

  /** Width of the registers in use, in bits. */
  static int registerBits() {
    return SPECIES.vectorBitSize();
  }

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public int widthUnit() {
    return PAIR;
  }

  @Override
  public float[] newArray(int length) {
    return new float[length];
  }

  @Override
  public void read(double[] from, int fromAt, float[] to, int toAt, int count) {
    for (int i = 0; i < count; i++) {
      to[toAt + i] = (float) from[fromAt + i];
    }
  }

  @Override
  public void write(float[] from, int fromAt, double[] to, int toAt, int count) {
    for (int i = 0; i < count; i++) {
      to[toAt + i] = from[fromAt + i];
    }
  }

  @Override
  public void fill(float[] array, int at, int count, double value) {
    Arrays.fill(array, at, at + count, (float) value);
  }

  @Override
  public void copy(float[] from, int fromAt, float[] to, int toAt, int count) {
    System.arraycopy(from, fromAt, to, toAt, count);
  }

  @Override
  public void product(
      float[] panels, int rows, int depth, float[] x, int xAt, int width, float[] out, int outAt) {
    for (int j = 0; j < width; j += PAIR) {
      for (int i = 0; i < rows; i += PANEL) {
        if (MANY_REGISTERS) {
          eightRows(panels, i * depth, depth, x, xAt + j, width, out, outAt + i * width + j);
        } else {
          fourRows(panels, i * depth, depth, x, xAt + j, width, out, outAt + i * width + j);
          int below = outAt + (i + 4) * width + j;
          fourRows(panels, i * depth + 4, depth, x, xAt + j, width, out, below);
        }
      }
    }
  }

  private static void eightRows(
      float[] panels, int at, int depth, float[] x, int xAt, int width, float[] out, int outAt) {
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector a4 = a0;
    FloatVector a5 = a0;
    FloatVector a6 = a0;
    FloatVector a7 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    FloatVector b4 = a0;
    FloatVector b5 = a0;
    FloatVector b6 = a0;
    FloatVector b7 = a0;
    for (int k = 0; k < depth; k++) {
      FloatVector p = FloatVector.fromArray(SPECIES, x, xAt + k * width);
      FloatVector q = FloatVector.fromArray(SPECIES, x, xAt + k * width + LANES);
      int w = at + k * PANEL;
      FloatVector v = FloatVector.broadcast(SPECIES, panels[w]);
      a0 = v.fma(p, a0);
      b0 = v.fma(q, b0);
      v = FloatVector.broadcast(SPECIES, panels[w + 1]);
      a1 = v.fma(p, a1);
      b1 = v.fma(q, b1);
      v = FloatVector.broadcast(SPECIES, panels[w + 2]);
      a2 = v.fma(p, a2);
      b2 = v.fma(q, b2);
      v = FloatVector.broadcast(SPECIES, panels[w + 3]);
      a3 = v.fma(p, a3);
      b3 = v.fma(q, b3);
      v = FloatVector.broadcast(SPECIES, panels[w + 4]);
      a4 = v.fma(p, a4);
      b4 = v.fma(q, b4);
      v = FloatVector.broadcast(SPECIES, panels[w + 5]);
      a5 = v.fma(p, a5);
      b5 = v.fma(q, b5);
      v = FloatVector.broadcast(SPECIES, panels[w + 6]);
      a6 = v.fma(p, a6);
      b6 = v.fma(q, b6);
      v = FloatVector.broadcast(SPECIES, panels[w + 7]);
      a7 = v.fma(p, a7);
      b7 = v.fma(q, b7);
    }
    put(a0, b0, out, outAt);
    put(a1, b1, out, outAt + width);
    put(a2, b2, out, outAt + 2 * width);
    put(a3, b3, out, outAt + 3 * width);
    put(a4, b4, out, outAt + 4 * width);
    put(a5, b5, out, outAt + 5 * width);
    put(a6, b6, out, outAt + 6 * width);
    put(a7, b7, out, outAt + 7 * width);
  }

  private static void fourRows(
      float[] panels, int at, int depth, float[] x, int xAt, int width, float[] out, int outAt) {
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    for (int k = 0; k < depth; k++) {
      FloatVector p = FloatVector.fromArray(SPECIES, x, xAt + k * width);
      FloatVector q = FloatVector.fromArray(SPECIES, x, xAt + k * width + LANES);
      int w = at + k * PANEL;
      FloatVector v = FloatVector.broadcast(SPECIES, panels[w]);
      a0 = v.fma(p, a0);
      b0 = v.fma(q, b0);
      v = FloatVector.broadcast(SPECIES, panels[w + 1]);
      a1 = v.fma(p, a1);
      b1 = v.fma(q, b1);
      v = FloatVector.broadcast(SPECIES, panels[w + 2]);
      a2 = v.fma(p, a2);
      b2 = v.fma(q, b2);
      v = FloatVector.broadcast(SPECIES, panels[w + 3]);
      a3 = v.fma(p, a3);
      b3 = v.fma(q, b3);
    }
    put(a0, b0, out, outAt);
    put(a1, b1, out, outAt + width);
    put(a2, b2, out, outAt + 2 * width);
    put(a3, b3, out, outAt + 3 * width);
  }

  private static void put(FloatVector left, FloatVector right, float[] out, int at) {
    left.intoArray(out, at);
    right.intoArray(out, at + LANES);
  }

  @Override
  public void outer(
      float[] left,
      int rows,
      float[] right,
      int rightAt,
      int columns,
      int width,
      double weight,
      float[] sums,
      int at) {
    FloatVector factor = FloatVector.broadcast(SPECIES, (float) weight);
    for (int i = 0; i < rows; i += PANEL) {
      int j = 0;
      for (; j + PAIR <= columns; j += PAIR) {
        int to = at + i * columns + j;
        if (MANY_REGISTERS) {
          eightOuter(left, i * width, right, rightAt + j, columns, width, block);
          addBlock(PANEL, factor, sums, to, columns);
        } else {
          fourOuter(left, i * width, right, rightAt + j, columns, width, block);
          addBlock(4, factor, sums, to, columns);
          fourOuter(left, (i + 4) * width, right, rightAt + j, columns, width, block);
          addBlock(4, factor, sums, to + 4 * columns, columns);
        }
      }
      if (j < columns) {
        int to = at + i * columns + j;
        narrowOuter(left, i * width, right, rightAt + j, columns, width, factor, sums, to);
      }
    }
  }

  private static void eightOuter(
      float[] left, int at, float[] right, int rightAt, int columns, int width, float[] block) {
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector a4 = a0;
    FloatVector a5 = a0;
    FloatVector a6 = a0;
    FloatVector a7 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    FloatVector b4 = a0;
    FloatVector b5 = a0;
    FloatVector b6 = a0;
    FloatVector b7 = a0;
    for (int r = 0; r < width; r++) {
      FloatVector p = FloatVector.fromArray(SPECIES, right, rightAt + r * columns);
      FloatVector q = FloatVector.fromArray(SPECIES, right, rightAt + r * columns + LANES);
      FloatVector v = FloatVector.broadcast(SPECIES, left[at + r]);
      a0 = v.fma(p, a0);
      b0 = v.fma(q, b0);
      v = FloatVector.broadcast(SPECIES, left[at + width + r]);
      a1 = v.fma(p, a1);
      b1 = v.fma(q, b1);
      v = FloatVector.broadcast(SPECIES, left[at + 2 * width + r]);
      a2 = v.fma(p, a2);
      b2 = v.fma(q, b2);
      v = FloatVector.broadcast(SPECIES, left[at + 3 * width + r]);
      a3 = v.fma(p, a3);
      b3 = v.fma(q, b3);
      v = FloatVector.broadcast(SPECIES, left[at + 4 * width + r]);
      a4 = v.fma(p, a4);
      b4 = v.fma(q, b4);
      v = FloatVector.broadcast(SPECIES, left[at + 5 * width + r]);
      a5 = v.fma(p, a5);
      b5 = v.fma(q, b5);
      v = FloatVector.broadcast(SPECIES, left[at + 6 * width + r]);
      a6 = v.fma(p, a6);
      b6 = v.fma(q, b6);
      v = FloatVector.broadcast(SPECIES, left[at + 7 * width + r]);
      a7 = v.fma(p, a7);
      b7 = v.fma(q, b7);
    }
    put(a0, b0, block, 0);
    put(a1, b1, block, PAIR);
    put(a2, b2, block, 2 * PAIR);
    put(a3, b3, block, 3 * PAIR);
    put(a4, b4, block, 4 * PAIR);
    put(a5, b5, block, 5 * PAIR);
    put(a6, b6, block, 6 * PAIR);
    put(a7, b7, block, 7 * PAIR);
  }

  private static void fourOuter(
      float[] left, int at, float[] right, int rightAt, int columns, int width, float[] block) {
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    for (int r = 0; r < width; r++) {
      FloatVector p = FloatVector.fromArray(SPECIES, right, rightAt + r * columns);
      FloatVector q = FloatVector.fromArray(SPECIES, right, rightAt + r * columns + LANES);
      FloatVector v = FloatVector.broadcast(SPECIES, left[at + r]);
      a0 = v.fma(p, a0);
      b0 = v.fma(q, b0);
      v = FloatVector.broadcast(SPECIES, left[at + width + r]);
      a1 = v.fma(p, a1);
      b1 = v.fma(q, b1);
      v = FloatVector.broadcast(SPECIES, left[at + 2 * width + r]);
      a2 = v.fma(p, a2);
      b2 = v.fma(q, b2);
      v = FloatVector.broadcast(SPECIES, left[at + 3 * width + r]);
      a3 = v.fma(p, a3);
      b3 = v.fma(q, b3);
    }
    put(a0, b0, block, 0);
    put(a1, b1, block, PAIR);
    put(a2, b2, block, 2 * PAIR);
    put(a3, b3, block, 3 * PAIR);
  }

  /** A block of two registers a row, times the factor. */
  private void addBlock(int rows, FloatVector factor, float[] sums, int at, int columns) {
    for (int row = 0; row < rows; row++) {
      int from = row * PAIR;
      int to = at + row * columns;
      add(FloatVector.fromArray(SPECIES, block, from), factor, sums, to);
      add(FloatVector.fromArray(SPECIES, block, from + LANES), factor, sums, to + LANES);
    }
  }

  private static void add(FloatVector term, FloatVector factor, float[] sums, int at) {
    term.fma(factor, FloatVector.fromArray(SPECIES, sums, at)).intoArray(sums, at);
  }

  /** One register wide. */
  private static void narrowOuter(
      float[] left,
      int at,
      float[] right,
      int rightAt,
      int columns,
      int width,
      FloatVector factor,
      float[] sums,
      int to) {
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector a4 = a0;
    FloatVector a5 = a0;
    FloatVector a6 = a0;
    FloatVector a7 = a0;
    for (int r = 0; r < width; r++) {
      FloatVector p = FloatVector.fromArray(SPECIES, right, rightAt + r * columns);
      a0 = FloatVector.broadcast(SPECIES, left[at + r]).fma(p, a0);
      a1 = FloatVector.broadcast(SPECIES, left[at + width + r]).fma(p, a1);
      a2 = FloatVector.broadcast(SPECIES, left[at + 2 * width + r]).fma(p, a2);
      a3 = FloatVector.broadcast(SPECIES, left[at + 3 * width + r]).fma(p, a3);
      a4 = FloatVector.broadcast(SPECIES, left[at + 4 * width + r]).fma(p, a4);
      a5 = FloatVector.broadcast(SPECIES, left[at + 5 * width + r]).fma(p, a5);
      a6 = FloatVector.broadcast(SPECIES, left[at + 6 * width + r]).fma(p, a6);
      a7 = FloatVector.broadcast(SPECIES, left[at + 7 * width + r]).fma(p, a7);
    }
    add(a0, factor, sums, to);
    add(a1, factor, sums, to + columns);
    add(a2, factor, sums, to + 2 * columns);
    add(a3, factor, sums, to + 3 * columns);
    add(a4, factor, sums, to + 4 * columns);
    add(a5, factor, sums, to + 5 * columns);
    add(a6, factor, sums, to + 6 * columns);
    add(a7, factor, sums, to + 7 * columns);
  }

  @Override
  public void transpose(
      float[] x, int xAt, int rows, int width, float[] out, int outAt, int columns) {
    for (int row = 0; row < rows; row++) {
      int from = xAt + row * width;
      int to = outAt + row;
      for (int r = 0; r < width; r++) {
        out[to] = x[from + r];
        to += columns;
      }
    }
  }

  @Override
  public void gates(
      float[] base, int baseAt, float[] time, double s, int rows, int width, float[] out) {
    if (width == 1) {
      for (int row = 0; row < rows; row++) {
        out[row] = (float) (2 / (1 + Math.exp(-base[baseAt + row] - time[row] * s)));
      }
      return;
    }
    for (int row = 0; row < rows; row++) {
      FloatVector move = FloatVector.broadcast(SPECIES, time[row] * (float) s);
      for (int j = row * width; j < (row + 1) * width; j += LANES) {
        FloatVector argument = FloatVector.fromArray(SPECIES, base, baseAt + j).add(move);
        SimdFunctions.tanh(argument.mul(0.5f)).add(1f).intoArray(out, j);
      }
    }
  }

  @Override
  public void shift(
      float[] base, int baseAt, float[] time, double s, int rows, int width, float[] out) {
    if (width == 1) {
      for (int row = 0; row < rows; row++) {
        out[row] = (float) (base[baseAt + row] + time[row] * s);
      }
      return;
    }
    for (int row = 0; row < rows; row++) {
      FloatVector move = FloatVector.broadcast(SPECIES, time[row] * (float) s);
      for (int j = row * width; j < (row + 1) * width; j += LANES) {
        FloatVector.fromArray(SPECIES, base, baseAt + j).add(move).intoArray(out, j);
      }
    }
  }

  @Override
  public void activate(
      Layer<float[]> layer, boolean softplus, boolean perRecord, float[] valid, int validAt) {
    int width = layer.width();
    float[] gate = layer.gate();
    float[] bias = layer.bias();
    float[] linear = layer.linear();
    float[] hidden = layer.hidden();
    float[] derivative = layer.derivative();
    float[] sensitivity = layer.sensitivity();
    for (int row = 0; row < layer.rows(); row++) {
      FloatVector g = FloatVector.broadcast(SPECIES, gate[row]);
      FloatVector b = FloatVector.broadcast(SPECIES, bias[row]);
      for (int r = 0; r < width; r += LANES) {
        int j = row * width + r;
        if (perRecord) {
          g = FloatVector.fromArray(SPECIES, gate, j);
          b = FloatVector.fromArray(SPECIES, bias, j);
        }
        FloatVector a = FloatVector.fromArray(SPECIES, linear, j).fma(g, b);
        FloatVector e;
        if (softplus) {
          FloatVector halfTanh = SimdFunctions.tanh(a.mul(0.5f));
          SimdFunctions.softplus(a, halfTanh).intoArray(hidden, j);
          e = halfTanh.mul(0.5f).add(0.5f);
        } else {
          FloatVector h = SimdFunctions.tanh(a);
          h.intoArray(hidden, j);
          e = h.neg().fma(h, FloatVector.broadcast(SPECIES, 1f));
        }
        e.intoArray(derivative, j);
        e.mul(g).mul(FloatVector.fromArray(SPECIES, valid, validAt + r)).intoArray(sensitivity, j);
      }
    }
  }

  @Override
  public void pullBack(Layer<float[]> layer, boolean softplus, boolean perRecord) {
    int width = layer.width();
    float[] gate = layer.gate();
    float[] linear = layer.linear();
    float[] hidden = layer.hidden();
    float[] derivative = layer.derivative();
    float[] pulled = layer.pulled();
    float[] cotangent = layer.cotangent();
    float[] ofGate = layer.ofGate();
    for (int row = 0; row < layer.rows(); row++) {
      FloatVector g = FloatVector.broadcast(SPECIES, gate[row]);
      for (int j = row * width; j < (row + 1) * width; j += LANES) {
        if (perRecord) {
          g = FloatVector.fromArray(SPECIES, gate, j);
        }
        FloatVector e = FloatVector.fromArray(SPECIES, derivative, j);
        FloatVector curvature =
            softplus ? e.neg().add(1f) : FloatVector.fromArray(SPECIES, hidden, j).mul(-2f);
        FloatVector ofSensitivity = FloatVector.fromArray(SPECIES, pulled, j);
        FloatVector ofArgument =
            curvature
                .mul(ofSensitivity)
                .fma(g, FloatVector.fromArray(SPECIES, cotangent, j))
                .mul(e);
        ofArgument.mul(g).intoArray(pulled, j);
        ofArgument.intoArray(cotangent, j);
        ofArgument
            .fma(FloatVector.fromArray(SPECIES, linear, j), ofSensitivity.mul(e))
            .mul(g.mul(g.mul(-0.5f).add(1f)))
            .intoArray(ofGate, j);
      }
    }
  }

  @Override
  public void pullTangent(Layer<float[]> layer) {
    float[] along = layer.along();
    float[] sensitivity = layer.sensitivity();
    float[] pulled = layer.pulled();
    float[] cotangent = layer.cotangent();
    float[] tangentPulled = layer.tangentPulled();
    for (int j = 0; j < layer.size(); j += LANES) {
      FloatVector c = FloatVector.fromArray(SPECIES, cotangent, j);
      c.fma(FloatVector.fromArray(SPECIES, along, j), FloatVector.fromArray(SPECIES, pulled, j))
          .intoArray(pulled, j);
      c.mul(FloatVector.fromArray(SPECIES, sensitivity, j)).intoArray(tangentPulled, j);
    }
  }

  @Override
  public void output(
      float[] x,
      float[] bias,
      int biasAt,
      boolean perRecord,
      float[] present,
      int presentAt,
      int rows,
      int width,
      float[] out,
      int outAt) {
    for (int row = 0; row < rows; row++) {
      FloatVector b = FloatVector.broadcast(SPECIES, bias[biasAt + row]);
      for (int j = row * width; j < (row + 1) * width; j += LANES) {
        if (perRecord) {
          b = FloatVector.fromArray(SPECIES, bias, biasAt + j);
        }
        FloatVector.fromArray(SPECIES, x, j)
            .add(b)
            .mul(FloatVector.fromArray(SPECIES, present, presentAt + j))
            .intoArray(out, outAt + j);
      }
    }
  }

  @Override
  public void multiply(float[] a, int aAt, float[] b, int bAt, float[] out, int outAt, int count) {
    for (int j = 0; j < count; j += LANES) {
      FloatVector.fromArray(SPECIES, a, aAt + j)
          .mul(FloatVector.fromArray(SPECIES, b, bAt + j))
          .intoArray(out, outAt + j);
    }
  }

  @Override
  public void combine(
      double p,
      float[] a,
      int aAt,
      double q,
      float[] b,
      int bAt,
      float[] out,
      int outAt,
      int count) {
    FloatVector first = FloatVector.broadcast(SPECIES, (float) p);
    FloatVector second = FloatVector.broadcast(SPECIES, (float) q);
    for (int j = 0; j < count; j += LANES) {
      FloatVector.fromArray(SPECIES, a, aAt + j)
          .fma(first, FloatVector.fromArray(SPECIES, b, bAt + j).mul(second))
          .intoArray(out, outAt + j);
    }
  }

  @Override
  public void addScaled(
      float[] base, List<float[]> terms, double[] factors, float[] out, int count) {
    System.arraycopy(base, 0, out, 0, count);
    for (int term = 0; term < terms.size(); term++) {
      if (factors[term] != 0) {
        addScaled(terms.get(term), (float) factors[term], out, count);
      }
    }
  }

  private static void addScaled(float[] term, float factor, float[] out, int count) {
    FloatVector f = FloatVector.broadcast(SPECIES, factor);
    for (int j = 0; j < count; j += LANES) {
      add(FloatVector.fromArray(SPECIES, term, j), f, out, j);
    }
  }

  @Override
  public void contract(
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      int rows,
      int width,
      double factor,
      float[] out,
      int outAt) {
    FloatVector f = FloatVector.broadcast(SPECIES, (float) factor);
    for (int r = 0; r < width; r += LANES) {
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int row = 0; row < rows; row++) {
        int j = row * width + r;
        sum =
            FloatVector.fromArray(SPECIES, a, aAt + j)
                .fma(FloatVector.fromArray(SPECIES, b, bAt + j), sum);
      }
      add(sum, f, out, outAt + r);
    }
  }

  @Override
  public void rowSums(
      float[] x,
      int rows,
      int width,
      double weight,
      double s,
      float[] sums,
      int constantAt,
      int timeAt) {
    FloatVector constant = FloatVector.broadcast(SPECIES, (float) weight);
    FloatVector time = FloatVector.broadcast(SPECIES, (float) (weight * s));
    for (int row = 0; row < rows; row++) {
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int j = row * width; j < (row + 1) * width; j += LANES) {
        sum = sum.add(FloatVector.fromArray(SPECIES, x, j));
      }
      add(sum, constant, sums, constantAt + row * LANES);
      add(sum, time, sums, timeAt + row * LANES);
    }
  }
}
