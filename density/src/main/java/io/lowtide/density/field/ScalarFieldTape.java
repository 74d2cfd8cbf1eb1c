package io.lowtide.density.field;

import java.util.Arrays;
import java.util.List;

/**
 * A tape in plain double-precision Java: the reference for the one on SIMD registers, and what runs
 * where that is not to be had. With {@code a = g * (W h_previous) + b}, {@code h = activation(a)},
 * {@code u = activation'(a) g} and T = tr(df/dz), cotangents marked by a bar:
 *
 * <ul>
 *   <li>h_previous bar = W' p, p = u h bar + u bar * activation''(a) g^2
 *   <li>one hidden layer: u bar = T bar * diag(W1 W2)
 *   <li>two: u1 bar = T bar * M u2, u2 bar = T bar * M' u1
 *   <li>more: u bar = T bar * the sum over the d forward-mode products of W tangent * cotangent
 * </ul>
 */
final class ScalarFieldTape implements FieldTape {

  private final FieldShape shape;
  private final Activation activation;
  private final double[] times;
  private final int hiddenLayers;
  private final int dimensions;
  private final List<FieldLayer> layers;

  /** Row-major, units by inputs. */
  private final double[][] weights;

  private final double[][][] gateTensors;
  private final double[][][] biasTensors;

  /** M, row-major, H1 by H2, for two hidden layers; a diagonal for one. */
  private final double[] traceMatrix;

  private final double[][][] gates;
  private final double[][][] shifts;
  private final double[][] outputShifts;

  /** u, and how it changes with what the gate multiplies: activation''(a) g^2. */
  private final double[][][] slope;

  private final double[][][] bend;

  private final double[][] hidden;
  private final double[][] barred;
  private final double[][] slopeBarred;
  private final double[][] products;
  private final double[][] tangents;
  private final double[] cotangent;
  private final double[] backwards;

  /**
   * @param times of the evaluations
   */
  ScalarFieldTape(FieldParameters parameters, double[] times) {
    this.shape = parameters.shape();
    this.activation = shape.activation();
    this.times = times.clone();
    this.layers = shape.layers();
    this.hiddenLayers = shape.hiddenLayers();
    this.dimensions = shape.dimensions();
    this.weights = new double[layers.size()][];
    this.gateTensors = new double[layers.size()][][];
    this.biasTensors = new double[layers.size()][][];
    for (int index = 0; index < layers.size(); index++) {
      FieldLayer layer = layers.get(index);
      weights[index] = widened(parameters.tensor(layer.weights()));
      gateTensors[index] =
          new double[][] {
            widened(parameters.tensor(layer.gateConstant())),
            widened(parameters.tensor(layer.gateTime())),
            widened(parameters.tensor(layer.gateContext()))
          };
      biasTensors[index] =
          new double[][] {
            widened(parameters.tensor(layer.biasConstant())),
            widened(parameters.tensor(layer.biasTime())),
            widened(parameters.tensor(layer.biasContext()))
          };
    }
    this.traceMatrix = rowMajor(TraceMatrix.columnMajor(parameters));
    this.gates = perPlace();
    this.shifts = perPlace();
    this.slope = perPlace();
    this.bend = perPlace();
    this.hidden = perLayer();
    this.outputShifts = new double[times.length][dimensions];
    this.barred = perLayer();
    this.slopeBarred = perLayer();
    this.products = perLayer();
    this.tangents = perLayer();
    int widest =
        Math.max(dimensions, Arrays.stream(barred).mapToInt(a -> a.length).max().orElse(0));
    this.cotangent = new double[widest];
    this.backwards = new double[widest];
    setContext(new double[shape.contextDimensions()]);
  }

  private static double[] widened(float[] values) {
    double[] widened = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      widened[i] = values[i];
    }
    return widened;
  }

  private double[] rowMajor(double[] columnMajor) {
    if (hiddenLayers != 2) {
      return columnMajor;
    }
    int rows = layers.get(0).units();
    int columns = layers.get(1).units();
    double[] matrix = new double[rows * columns];
    for (int i = 0; i < columns; i++) {
      for (int j = 0; j < rows; j++) {
        matrix[j * columns + i] = columnMajor[i * rows + j];
      }
    }
    return matrix;
  }

  private double[][] perLayer() {
    double[][] arrays = new double[hiddenLayers][];
    Arrays.setAll(arrays, index -> new double[layers.get(index).units()]);
    return arrays;
  }

  private double[][][] perPlace() {
    double[][][] arrays = new double[times.length][][];
    Arrays.setAll(arrays, place -> perLayer());
    return arrays;
  }

  @Override
  public void setContext(double[] context) {
    for (int place = 0; place < times.length; place++) {
      double s = times[place];
      for (int index = 0; index < hiddenLayers; index++) {
        affine(gateTensors[index], s, context, gates[place][index]);
        double[] gate = gates[place][index];
        for (int unit = 0; unit < gate.length; unit++) {
          gate[unit] = 1 + Math.tanh(0.5 * gate[unit]);
        }
        affine(biasTensors[index], s, context, shifts[place][index]);
      }
      affine(biasTensors[hiddenLayers], s, context, outputShifts[place]);
    }
  }

  private void affine(double[][] tensors, double s, double[] context, double[] sum) {
    int width = shape.contextDimensions();
    for (int unit = 0; unit < sum.length; unit++) {
      double total = tensors[0][unit] + tensors[1][unit] * s;
      for (int i = 0; i < width; i++) {
        total += tensors[2][unit * width + i] * context[i];
      }
      sum[unit] = total;
    }
  }

  @Override
  public double evaluate(int place, double[] z, double[] derivative) {
    double[] input = z;
    int width = dimensions;
    for (int index = 0; index < hiddenLayers; index++) {
      double[] h = hidden[index];
      multiply(weights[index], h.length, width, input, h);
      double[] gate = gates[place][index];
      double[] shift = shifts[place][index];
      for (int unit = 0; unit < h.length; unit++) {
        double a = gate[unit] * h[unit] + shift[unit];
        double derivative1 = activation.derivative(a);
        h[unit] = activation.value(a);
        double derivative2 =
            activation == Activation.TANH
                ? -2 * h[unit] * derivative1
                : derivative1 * (1 - derivative1);
        slope[place][index][unit] = derivative1 * gate[unit];
        bend[place][index][unit] = derivative2 * gate[unit] * gate[unit];
      }
      input = h;
      width = h.length;
    }
    multiply(weights[hiddenLayers], dimensions, width, input, derivative);
    for (int i = 0; i < dimensions; i++) {
      derivative[i] += outputShifts[place][i];
    }
    return trace(slope[place]);
  }

  private double trace(double[][] u) {
    switch (hiddenLayers) {
      case 1:
        return dot(u[0], traceMatrix);
      case 2:
        multiply(traceMatrix, u[0].length, u[1].length, u[1], products[0]);
        return dot(u[0], products[0]);
      default:
        double trace = 0;
        for (int i = 0; i < dimensions; i++) {
          carryTangent(i, u);
          double[] last = tangents[hiddenLayers - 1];
          for (int unit = 0; unit < last.length; unit++) {
            trace += weights[hiddenLayers][i * last.length + unit] * last[unit];
          }
        }
        return trace;
    }
  }

  /** Of a unit vector: before each layer's slope in {@link #products}, after it in tangents. */
  private void carryTangent(int dimension, double[][] u) {
    for (int index = 0; index < hiddenLayers; index++) {
      double[] product = products[index];
      if (index == 0) {
        for (int unit = 0; unit < product.length; unit++) {
          product[unit] = weights[0][unit * dimensions + dimension];
        }
      } else {
        double[] input = tangents[index - 1];
        multiply(weights[index], product.length, input.length, input, product);
      }
      for (int unit = 0; unit < product.length; unit++) {
        tangents[index][unit] = product[unit] * u[index][unit];
      }
    }
  }

  @Override
  public void pullBack(int place, double[] cotangent, double traceCotangent, double[] gradient) {
    double[][] u = slope[place];
    pullBackTrace(u, traceCotangent);
    double[] above = cotangent;
    int rows = dimensions;
    for (int index = hiddenLayers - 1; index >= 0; index--) {
      double[] bar = barred[index];
      multiplyTransposed(weights[index + 1], rows, bar.length, above, bar);
      for (int unit = 0; unit < bar.length; unit++) {
        bar[unit] =
            bar[unit] * u[index][unit] + slopeBarred[index][unit] * bend[place][index][unit];
      }
      above = bar;
      rows = bar.length;
    }
    multiplyTransposed(weights[0], rows, dimensions, above, gradient);
  }

  private void pullBackTrace(double[][] u, double traceCotangent) {
    for (double[] bar : slopeBarred) {
      Arrays.fill(bar, 0);
    }
    switch (hiddenLayers) {
      case 1 -> addScaled(traceMatrix, traceCotangent, slopeBarred[0]);
      case 2 -> {
        multiply(traceMatrix, u[0].length, u[1].length, u[1], products[0]);
        addScaled(products[0], traceCotangent, slopeBarred[0]);
        multiplyTransposed(traceMatrix, u[0].length, u[1].length, u[0], products[1]);
        addScaled(products[1], traceCotangent, slopeBarred[1]);
      }
      default -> {
        for (int i = 0; i < dimensions; i++) {
          carryTangent(i, u);
          int width = layers.get(hiddenLayers - 1).units();
          System.arraycopy(weights[hiddenLayers], i * width, cotangent, 0, width);
          for (int index = hiddenLayers - 1; index >= 0; index--) {
            double[] bar = slopeBarred[index];
            for (int unit = 0; unit < bar.length; unit++) {
              bar[unit] += traceCotangent * cotangent[unit] * products[index][unit];
              cotangent[unit] *= u[index][unit];
            }
            if (index > 0) {
              int inputs = layers.get(index - 1).units();
              multiplyTransposed(weights[index], bar.length, inputs, cotangent, backwards);
              System.arraycopy(backwards, 0, cotangent, 0, inputs);
            }
          }
        }
      }
    }
  }

  @Override
  public void pushForward(int place, double[] tangents, double[] products) {
    double[][] u = slope[place];
    double[] input = cotangent;
    for (int tangent = 0; tangent < dimensions; tangent++) {
      System.arraycopy(tangents, tangent * dimensions, input, 0, dimensions);
      double[] from = input;
      int width = dimensions;
      for (int index = 0; index < hiddenLayers; index++) {
        double[] to = barred[index];
        multiply(weights[index], to.length, width, from, to);
        for (int unit = 0; unit < to.length; unit++) {
          to[unit] *= u[index][unit];
        }
        from = to;
        width = to.length;
      }
      multiply(weights[hiddenLayers], dimensions, width, from, backwards);
      System.arraycopy(backwards, 0, products, tangent * dimensions, dimensions);
    }
  }

  private static void addScaled(double[] values, double factor, double[] sum) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * values[i];
    }
  }

  static double dot(double[] left, double[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += left[i] * right[i];
    }
    return sum;
  }

  private static void multiply(
      double[] rowMajor, int rows, int columns, double[] x, double[] product) {
    for (int row = 0; row < rows; row++) {
      double sum = 0;
      for (int column = 0; column < columns; column++) {
        sum += rowMajor[row * columns + column] * x[column];
      }
      product[row] = sum;
    }
  }

  private static void multiplyTransposed(
      double[] rowMajor, int rows, int columns, double[] x, double[] product) {
    Arrays.fill(product, 0, columns, 0);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        product[column] += rowMajor[row * columns + column] * x[row];
      }
    }
  }
}
