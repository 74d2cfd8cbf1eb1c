package io.lowtide.density.field;

import static io.lowtide.density.field.SimdVectorField.LANES;
import static io.lowtide.density.field.SimdVectorField.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * A tape in single precision on the SIMD registers of the machine; {@link ScalarFieldTape} is its
 * reference and gives the formulas. Gates and biases hang on time and context alone, so they are
 * computed once for each context, and not for each solve.
 */
final class SimdFieldTape implements FieldTape {

  /** Tangents that one pass over a matrix serves. */
  private static final int TANGENTS = 4;

  private final SimdVectorField.Layer[] layers;
  private final boolean softplus;
  private final double[] times;
  private final int hiddenLayers;
  private final int dimensions;
  private final int contextDimensions;

  /** Of each layer, column-major and padded: W', and with two hidden layers M. */
  private final float[][] transposed;

  private final float[] traceMatrix;
  private final float[] traceMatrixTransposed;

  private final float[][][] gates;
  private final float[][][] shifts;
  private final float[][] outputShifts;
  private final float[][][] slope;
  private final float[][][] bend;

  /** M' u1 at each place, with two hidden layers. */
  private final float[][] traceProducts;

  private final float[] position;
  private final float[] output;
  private final float[][] hidden;
  private final float[][] barred;
  private final float[][] slopeBarred;
  private final float[] cotangent;
  private final float[] gradient;
  private final float[] lanes = new float[LANES];

  /** Tangents side by side: of the position, before and after each layer. */
  private final float[][] inputTangents;

  private final float[][][] layerTangents;
  private final float[][] outputTangents;

  /** Products and tangents of one dimension, with more than two hidden layers. */
  private final float[][] products;

  private final float[][] tangents;

  /**
   * @param layers of the field
   * @param traceMatrix as the field has it: M' column-major for two hidden layers, a diagonal for
   *     one
   * @param times of the evaluations
   */
  SimdFieldTape(
      FieldShape shape, SimdVectorField.Layer[] layers, float[] traceMatrix, double[] times) {
    this.layers = layers;
    this.softplus = shape.activation() == Activation.SOFTPLUS;
    this.times = times.clone();
    this.hiddenLayers = shape.hiddenLayers();
    this.dimensions = shape.dimensions();
    this.contextDimensions = shape.contextDimensions();
    this.transposed = new float[layers.length][];
    for (int index = 0; index < layers.length; index++) {
      SimdVectorField.Layer layer = layers[index];
      transposed[index] = transposed(layer.weights, layer.width, layer.units, layer.inputs);
    }
    this.traceMatrix = traceMatrix;
    this.traceMatrixTransposed =
        hiddenLayers == 2
            ? transposed(traceMatrix, layers[1].width, layers[1].units, layers[0].units)
            : new float[0];
    this.gates = perPlace();
    this.shifts = perPlace();
    this.slope = perPlace();
    this.bend = perPlace();
    int outputWidth = layers[hiddenLayers].width;
    this.outputShifts = new float[times.length][outputWidth];
    this.traceProducts =
        hiddenLayers == 2 ? new float[times.length][layers[1].width] : new float[0][];
    this.position = new float[dimensions];
    this.output = new float[outputWidth];
    this.hidden = perLayer();
    this.barred = perLayer();
    this.slopeBarred = perLayer();
    this.cotangent = new float[dimensions];
    this.gradient = new float[outputWidth];
    int count = (dimensions + TANGENTS - 1) / TANGENTS * TANGENTS;
    this.inputTangents = new float[count][dimensions];
    this.layerTangents = new float[hiddenLayers][][];
    for (int index = 0; index < hiddenLayers; index++) {
      layerTangents[index] = new float[count][layers[index].width];
    }
    this.outputTangents = new float[count][outputWidth];
    this.products = hiddenLayers > 2 ? perLayer() : new float[0][];
    this.tangents = hiddenLayers > 2 ? perLayer() : new float[0][];
    setContext(new double[contextDimensions]);
  }

  /** Of a column-major matrix whose columns are padded; its own columns are padded, too. */
  private static float[] transposed(float[] columnMajor, int width, int rows, int columns) {
    int transposedWidth = SimdVectorField.padded(columns);
    float[] matrix = new float[rows * transposedWidth];
    for (int column = 0; column < columns; column++) {
      for (int row = 0; row < rows; row++) {
        matrix[row * transposedWidth + column] = columnMajor[column * width + row];
      }
    }
    return matrix;
  }

  private float[][] perLayer() {
    float[][] arrays = new float[hiddenLayers][];
    Arrays.setAll(arrays, index -> new float[layers[index].width]);
    return arrays;
  }

  private float[][][] perPlace() {
    float[][][] arrays = new float[times.length][][];
    Arrays.setAll(arrays, place -> perLayer());
    return arrays;
  }

  @Override
  public void setContext(double[] context) {
    for (int place = 0; place < times.length; place++) {
      for (int index = 0; index < hiddenLayers; index++) {
        SimdVectorField.Layer layer = layers[index];
        float[] gate = gates[place][index];
        affine(
            layer.halfGateConstant,
            layer.halfGateTime,
            layer.halfGateContext,
            place,
            context,
            gate);
        for (int j = 0; j < gate.length; j += LANES) {
          SimdFunctions.tanh(FloatVector.fromArray(SPECIES, gate, j)).add(1f).intoArray(gate, j);
        }
        float[] shift = shifts[place][index];
        affine(layer.biasConstant, layer.biasTime, layer.biasContext, place, context, shift);
      }
      SimdVectorField.Layer last = layers[hiddenLayers];
      affine(
          last.biasConstant, last.biasTime, last.biasContext, place, context, outputShifts[place]);
    }
  }

  private void affine(
      float[] constant,
      float[] time,
      float[] contextWeights,
      int place,
      double[] context,
      float[] sum) {
    FloatVector s = FloatVector.broadcast(SPECIES, (float) times[place]);
    for (int j = 0; j < sum.length; j += LANES) {
      FloatVector.fromArray(SPECIES, time, j)
          .fma(s, FloatVector.fromArray(SPECIES, constant, j))
          .intoArray(sum, j);
    }
    for (int i = 0; i < contextDimensions; i++) {
      if (context[i] != 0) {
        FloatVector factor = FloatVector.broadcast(SPECIES, (float) context[i]);
        for (int j = 0; j < sum.length; j += LANES) {
          FloatVector.fromArray(SPECIES, contextWeights, i * sum.length + j)
              .fma(factor, FloatVector.fromArray(SPECIES, sum, j))
              .intoArray(sum, j);
        }
      }
    }
  }

  @Override
  public double evaluate(int place, double[] z, double[] derivative) {
    for (int i = 0; i < dimensions; i++) {
      position[i] = (float) z[i];
    }
    float[] input = position;
    for (int index = 0; index < hiddenLayers; index++) {
      SimdVectorField.Layer layer = layers[index];
      if (index == 1 && hiddenLayers == 2) {
        SimdVectorField.multiplyPair(
            layer.inputs,
            layer.weights,
            hidden[0],
            hidden[1],
            traceMatrix,
            slope[place][0],
            traceProducts[place]);
      } else {
        SimdVectorField.multiply(layer.weights, layer.inputs, input, hidden[index]);
      }
      activate(place, index);
      input = hidden[index];
    }
    SimdVectorField.Layer last = layers[hiddenLayers];
    SimdVectorField.multiply(last.weights, last.inputs, input, output);
    float[] shift = outputShifts[place];
    for (int i = 0; i < dimensions; i++) {
      derivative[i] = output[i] + shift[i];
    }
    return trace(place);
  }

  private void activate(int place, int index) {
    float[] h = hidden[index];
    float[] u = slope[place][index];
    float[] bent = bend[place][index];
    for (int j = 0; j < h.length; j += LANES) {
      FloatVector gate = FloatVector.fromArray(SPECIES, gates[place][index], j);
      FloatVector a =
          FloatVector.fromArray(SPECIES, h, j)
              .fma(gate, FloatVector.fromArray(SPECIES, shifts[place][index], j));
      if (softplus) {
        FloatVector halfTanh = SimdFunctions.tanh(a.mul(0.5f));
        SimdFunctions.softplus(a, halfTanh).intoArray(h, j);
        FloatVector sigmoid = halfTanh.mul(0.5f).add(0.5f);
        FloatVector steep = sigmoid.mul(gate);
        steep.intoArray(u, j);
        steep.mul(gate).mul(sigmoid.neg().add(1f)).intoArray(bent, j);
      } else {
        FloatVector value = SimdFunctions.tanh(a);
        value.intoArray(h, j);
        FloatVector steep = gate.sub(value.mul(value).mul(gate));
        steep.intoArray(u, j);
        steep.mul(gate).mul(value).mul(-2f).intoArray(bent, j);
      }
    }
  }

  private double trace(int place) {
    switch (hiddenLayers) {
      case 1:
        return dot(slope[place][0], traceMatrix);
      case 2:
        return dot(slope[place][1], traceProducts[place]);
      default:
        double trace = 0;
        float[] rows = transposed[hiddenLayers];
        int width = layers[hiddenLayers - 1].width;
        for (int i = 0; i < dimensions; i++) {
          carryTangent(place, i);
          SimdVectorField.productInto(rows, i * width, tangents[hiddenLayers - 1], cotangentOf());
          trace += sum(cotangentOf());
        }
        return trace;
    }
  }

  /** An array of the last hidden layer's width, free while no gradient is pulled back. */
  private float[] cotangentOf() {
    return barred[hiddenLayers - 1];
  }

  private void carryTangent(int place, int dimension) {
    for (int index = 0; index < hiddenLayers; index++) {
      SimdVectorField.Layer layer = layers[index];
      if (index == 0) {
        System.arraycopy(layer.weights, dimension * layer.width, products[0], 0, layer.width);
      } else {
        SimdVectorField.multiply(layer.weights, layer.inputs, tangents[index - 1], products[index]);
      }
      SimdVectorField.productInto(products[index], 0, slope[place][index], tangents[index]);
    }
  }

  private double dot(float[] left, float[] right) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int j = 0; j < left.length; j += LANES) {
      sum =
          FloatVector.fromArray(SPECIES, left, j)
              .fma(FloatVector.fromArray(SPECIES, right, j), sum);
    }
    sum.intoArray(lanes, 0);
    return sum(lanes);
  }

  private static double sum(float[] values) {
    double total = 0;
    for (float value : values) {
      total += value;
    }
    return total;
  }

  @Override
  public void pullBack(int place, double[] cotangents, double traceCotangent, double[] result) {
    double scale = largest(cotangents, Math.abs(traceCotangent));
    if (!(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
      // All of them are 0, or what they were derived from has overflowed.
      Arrays.fill(result, 0, dimensions, scale == 0 ? 0 : Double.NaN);
      return;
    }
    // Products are linear in them, and single precision has less room for large ones.
    for (int i = 0; i < dimensions; i++) {
      cotangent[i] = (float) (cotangents[i] / scale);
    }
    float traceShare = (float) (traceCotangent / scale);
    SimdVectorField.multiply(
        transposed[hiddenLayers], dimensions, cotangent, barred[hiddenLayers - 1]);
    if (hiddenLayers == 2) {
      pullBackThroughTwo(place, traceShare);
    } else {
      pullBackThroughLayers(place, traceShare);
    }
    SimdVectorField.multiply(transposed[0], layers[0].units, barred[0], gradient);
    for (int i = 0; i < dimensions; i++) {
      result[i] = scale * gradient[i];
    }
  }

  private double largest(double[] values, double start) {
    double largest = start;
    for (int i = 0; i < dimensions; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    return largest;
  }

  private void pullBackThroughTwo(int place, float traceShare) {
    bar(place, 1, traceProducts[place], traceShare);
    SimdVectorField.multiplyPair(
        layers[1].units,
        transposed[1],
        barred[1],
        barred[0],
        traceMatrixTransposed,
        slope[place][1],
        slopeBarred[0]);
    bar(place, 0, slopeBarred[0], traceShare);
  }

  private void pullBackThroughLayers(int place, float traceShare) {
    if (hiddenLayers > 2) {
      float[] kept = hidden[hiddenLayers - 1];
      System.arraycopy(barred[hiddenLayers - 1], 0, kept, 0, kept.length);
      pullBackForwardModeTrace(place);
      System.arraycopy(kept, 0, barred[hiddenLayers - 1], 0, kept.length);
    }
    for (int index = hiddenLayers - 1; index >= 0; index--) {
      bar(place, index, hiddenLayers == 1 ? traceMatrix : slopeBarred[index], traceShare);
      if (index > 0) {
        SimdVectorField.multiply(
            transposed[index], layers[index].units, barred[index], barred[index - 1]);
      }
    }
  }

  /** Fills {@link #slopeBarred}; uses {@link #barred}. */
  private void pullBackForwardModeTrace(int place) {
    for (float[] bar : slopeBarred) {
      Arrays.fill(bar, 0);
    }
    int last = hiddenLayers - 1;
    for (int i = 0; i < dimensions; i++) {
      carryTangent(place, i);
      System.arraycopy(
          transposed[hiddenLayers], i * layers[last].width, barred[last], 0, layers[last].width);
      for (int index = last; index >= 0; index--) {
        float[] bar = slopeBarred[index];
        for (int j = 0; j < bar.length; j += LANES) {
          FloatVector.fromArray(SPECIES, barred[index], j)
              .fma(
                  FloatVector.fromArray(SPECIES, products[index], j),
                  FloatVector.fromArray(SPECIES, bar, j))
              .intoArray(bar, j);
        }
        if (index > 0) {
          SimdVectorField.productInto(barred[index], 0, slope[place][index], barred[index]);
          SimdVectorField.multiply(
              transposed[index], layers[index].units, barred[index], barred[index - 1]);
        }
      }
    }
  }

  /** From h bar, in place: u h bar + bend u bar. */
  private void bar(int place, int index, float[] slopeBar, float factor) {
    float[] bar = barred[index];
    float[] u = slope[place][index];
    float[] bent = bend[place][index];
    for (int j = 0; j < bar.length; j += LANES) {
      FloatVector.fromArray(SPECIES, slopeBar, j)
          .mul(factor)
          .mul(FloatVector.fromArray(SPECIES, bent, j))
          .add(FloatVector.fromArray(SPECIES, bar, j).mul(FloatVector.fromArray(SPECIES, u, j)))
          .intoArray(bar, j);
    }
  }

  @Override
  public void pushForward(int place, double[] tangents, double[] products) {
    for (int tangent = 0; tangent < dimensions; tangent++) {
      float[] input = inputTangents[tangent];
      for (int i = 0; i < dimensions; i++) {
        input[i] = (float) tangents[tangent * dimensions + i];
      }
    }
    float[][] from = inputTangents;
    for (int index = 0; index < hiddenLayers; index++) {
      SimdVectorField.Layer layer = layers[index];
      float[][] to = layerTangents[index];
      multiply(layer.weights, layer.inputs, from, to);
      for (int tangent = 0; tangent < dimensions; tangent++) {
        SimdVectorField.productInto(to[tangent], 0, slope[place][index], to[tangent]);
      }
      from = to;
    }
    SimdVectorField.Layer last = layers[hiddenLayers];
    multiply(last.weights, last.inputs, from, outputTangents);
    for (int tangent = 0; tangent < dimensions; tangent++) {
      float[] product = outputTangents[tangent];
      for (int i = 0; i < dimensions; i++) {
        products[tangent * dimensions + i] = product[i];
      }
    }
  }

  /** Products with many vectors: four of them at a time by two registers of rows. */
  private static void multiply(float[] matrix, int columns, float[][] x, float[][] product) {
    int rows = product[0].length;
    for (int first = 0; first < x.length; first += TANGENTS) {
      int row = 0;
      for (; row + 2 * LANES <= rows; row += 2 * LANES) {
        multiplyTwoRegisters(matrix, rows, columns, row, x, product, first);
      }
      if (row < rows) {
        multiplyOneRegister(matrix, rows, columns, row, x, product, first);
      }
    }
  }

  private static void multiplyTwoRegisters(
      float[] matrix, int rows, int columns, int row, float[][] x, float[][] product, int first) {
    float[] x0 = x[first];
    float[] x1 = x[first + 1];
    float[] x2 = x[first + 2];
    float[] x3 = x[first + 3];
    FloatVector low0 = FloatVector.zero(SPECIES);
    FloatVector low1 = low0;
    FloatVector low2 = low0;
    FloatVector low3 = low0;
    FloatVector high0 = low0;
    FloatVector high1 = low0;
    FloatVector high2 = low0;
    FloatVector high3 = low0;
    int at = row;
    for (int column = 0; column < columns; column++) {
      FloatVector low = FloatVector.fromArray(SPECIES, matrix, at);
      FloatVector high = FloatVector.fromArray(SPECIES, matrix, at + LANES);
      FloatVector factor = FloatVector.broadcast(SPECIES, x0[column]);
      low0 = low.fma(factor, low0);
      high0 = high.fma(factor, high0);
      factor = FloatVector.broadcast(SPECIES, x1[column]);
      low1 = low.fma(factor, low1);
      high1 = high.fma(factor, high1);
      factor = FloatVector.broadcast(SPECIES, x2[column]);
      low2 = low.fma(factor, low2);
      high2 = high.fma(factor, high2);
      factor = FloatVector.broadcast(SPECIES, x3[column]);
      low3 = low.fma(factor, low3);
      high3 = high.fma(factor, high3);
      at += rows;
    }
    low0.intoArray(product[first], row);
    low1.intoArray(product[first + 1], row);
    low2.intoArray(product[first + 2], row);
    low3.intoArray(product[first + 3], row);
    high0.intoArray(product[first], row + LANES);
    high1.intoArray(product[first + 1], row + LANES);
    high2.intoArray(product[first + 2], row + LANES);
    high3.intoArray(product[first + 3], row + LANES);
  }

  private static void multiplyOneRegister(
      float[] matrix, int rows, int columns, int row, float[][] x, float[][] product, int first) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int at = row;
    for (int column = 0; column < columns; column++) {
      FloatVector register = FloatVector.fromArray(SPECIES, matrix, at);
      sum0 = register.fma(FloatVector.broadcast(SPECIES, x[first][column]), sum0);
      sum1 = register.fma(FloatVector.broadcast(SPECIES, x[first + 1][column]), sum1);
      sum2 = register.fma(FloatVector.broadcast(SPECIES, x[first + 2][column]), sum2);
      sum3 = register.fma(FloatVector.broadcast(SPECIES, x[first + 3][column]), sum3);
      at += rows;
    }
    sum0.intoArray(product[first], row);
    sum1.intoArray(product[first + 1], row);
    sum2.intoArray(product[first + 2], row);
    sum3.intoArray(product[first + 3], row);
  }
}
