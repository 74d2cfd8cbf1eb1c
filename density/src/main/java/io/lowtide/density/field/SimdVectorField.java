package io.lowtide.density.field;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector field in single precision on the SIMD registers of the machine, for any number of
 * hidden layers; {@link ScalarVectorField} is its reference and gives the formulas.
 *
 * <p>Lanes run over the units of a layer, so weights are kept column-major, padded to whole
 * registers. No lane-crossing reduction is used: their order is unspecified, and a score must have
 * the same bits in interpreted and compiled code.
 */
final class SimdVectorField implements VectorField {

  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  static final int LANES = SPECIES.length();

  /** Registers that one pass over the inputs accumulates; enough to hide the latency of an FMA. */
  private static final int BLOCK = 4;

  private final FieldParameters parameters;
  private final FieldShape shape;
  private final Layer[] layers;
  private final float[] traceMatrix;

  SimdVectorField(FieldParameters parameters) {
    this.parameters = parameters;
    this.shape = parameters.shape();
    List<FieldLayer> tensors = shape.layers();
    this.layers = new Layer[tensors.size()];
    for (int index = 0; index < layers.length; index++) {
      layers[index] = new Layer(tensors.get(index), parameters);
    }
    this.traceMatrix = traceMatrix(TraceMatrix.columnMajor(parameters));
  }

  /** M' for two hidden layers, so that both it and W2 multiply what the first layer gives. */
  private float[] traceMatrix(double[] exact) {
    int rows = layers[0].units;
    if (hiddenLayers() != 2) {
      float[] diagonal = new float[exact.length];
      for (int i = 0; i < exact.length; i++) {
        diagonal[i] = (float) exact[i];
      }
      return padded(diagonal);
    }
    int width = layers[1].width;
    float[] transposed = new float[rows * width];
    for (int i = 0; i < layers[1].units; i++) {
      for (int j = 0; j < rows; j++) {
        transposed[j * width + i] = (float) exact[i * rows + j];
      }
    }
    return transposed;
  }

  private int hiddenLayers() {
    return layers.length - 1;
  }

  /** Width of the registers in use, in bits. */
  static int registerBits() {
    return SPECIES.vectorBitSize();
  }

  @Override
  public FieldShape shape() {
    return shape;
  }

  @Override
  public VectorField restrictedTo(int[] dimensions) {
    return new SimdVectorField(parameters.restrictedTo(dimensions));
  }

  @Override
  public FieldEvaluator newEvaluator() {
    return new Evaluator();
  }

  @Override
  public FieldTape newTape(double[] times) {
    return new SimdFieldTape(shape, layers, traceMatrix, times);
  }

  static int padded(int units) {
    return (units + LANES - 1) / LANES * LANES;
  }

  static float[] padded(float[] values) {
    float[] padded = new float[padded(values.length)];
    System.arraycopy(values, 0, padded, 0, values.length);
    return padded;
  }

  /** One layer's tensors, padded to whole registers; gates are kept halved: g = 1 + tanh(x / 2). */
  static final class Layer {

    final int units;
    final int inputs;
    final int width;
    final float[] weights;
    final float[] halfGateConstant;
    final float[] halfGateTime;
    final float[] halfGateContext;
    final float[] biasConstant;
    final float[] biasTime;
    final float[] biasContext;

    Layer(FieldLayer layer, FieldParameters parameters) {
      units = layer.units();
      inputs = layer.inputs();
      width = padded(units);
      float[] rowMajor = parameters.tensor(layer.weights());
      weights = columnMajor(rowMajor, inputs);
      halfGateConstant = padded(halved(parameters.tensor(layer.gateConstant())));
      halfGateTime = padded(halved(parameters.tensor(layer.gateTime())));
      int context = parameters.shape().contextDimensions();
      halfGateContext = columnMajor(halved(parameters.tensor(layer.gateContext())), context);
      biasConstant = padded(parameters.tensor(layer.biasConstant()));
      biasTime = padded(parameters.tensor(layer.biasTime()));
      biasContext = columnMajor(parameters.tensor(layer.biasContext()), context);
    }

    /** Each column padded to whole registers. */
    private float[] columnMajor(float[] rowMajor, int columns) {
      float[] matrix = new float[columns * width];
      for (int index = 0; index < rowMajor.length; index++) {
        matrix[index % columns * width + index / columns] = rowMajor[index];
      }
      return matrix;
    }

    private static float[] halved(float[] values) {
      for (int i = 0; i < values.length; i++) {
        values[i] *= 0.5f;
      }
      return values;
    }
  }

  private final class Evaluator implements FieldEvaluator {

    private final boolean softplus = shape.activation() == Activation.SOFTPLUS;
    private final float[][] halfGateBase = new float[layers.length][];
    private final float[][] biasBase = new float[layers.length][];
    private final float[][] gates = new float[layers.length - 1][];
    private final float[][] shifts = new float[layers.length - 1][];
    private final float[] position = new float[shape.dimensions()];
    private final float[][] hidden = new float[layers.length - 1][];
    private final float[][] slope = new float[layers.length - 1][];
    private final float[][] tangent = new float[layers.length - 1][];
    private final float[] output = new float[layers[layers.length - 1].width];
    private final float[] traceProduct = new float[layers[Math.min(1, hiddenLayers())].width];
    private final float[] lanes = new float[LANES];

    /** Of {@link #gates} and {@link #shifts}; not a number where they have to be computed. */
    private float gatesTime = Float.NaN;

    Evaluator() {
      for (int index = 0; index < layers.length; index++) {
        halfGateBase[index] = layers[index].halfGateConstant.clone();
        biasBase[index] = layers[index].biasConstant.clone();
      }
      for (int index = 0; index < hidden.length; index++) {
        gates[index] = new float[layers[index].width];
        shifts[index] = new float[layers[index].width];
        hidden[index] = new float[layers[index].width];
        slope[index] = new float[layers[index].width];
        tangent[index] = new float[layers[index].width];
      }
    }

    @Override
    public void setContext(double[] context) {
      gatesTime = Float.NaN;
      for (int index = 0; index < layers.length; index++) {
        Layer layer = layers[index];
        if (index < hidden.length) {
          addContext(layer.halfGateConstant, layer.halfGateContext, context, halfGateBase[index]);
        }
        addContext(layer.biasConstant, layer.biasContext, context, biasBase[index]);
      }
    }

    /** Entries that are 0, as most of a category are, cost nothing. */
    private void addContext(
        float[] constant, float[] contextWeights, double[] context, float[] sum) {
      System.arraycopy(constant, 0, sum, 0, sum.length);
      for (int i = 0; i < shape.contextDimensions(); i++) {
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
    public void derivative(double s, double[] y, double[] derivative) {
      evaluate(s, y, derivative, true);
      derivative[position.length] = trace();
    }

    @Override
    public void positionDerivative(double s, double[] y, double[] derivative) {
      evaluate(s, y, derivative, false);
    }

    /**
     * Leaves what the trace is found from in {@link #slope}, and with two hidden layers, where it
     * is wanted, in {@link #traceProduct}.
     */
    private void evaluate(double s, double[] y, double[] derivative, boolean traceWanted) {
      int dimensions = position.length;
      for (int i = 0; i < dimensions; i++) {
        position[i] = (float) y[i];
      }
      openGates((float) s);
      float[] input = position;
      for (int index = 0; index < hidden.length; index++) {
        Layer layer = layers[index];
        if (index == 1 && hidden.length == 2 && traceWanted) {
          multiplyPair(
              layer.inputs,
              layer.weights,
              hidden[0],
              hidden[1],
              traceMatrix,
              slope[0],
              traceProduct);
        } else {
          multiply(layer.weights, layer.inputs, input, hidden[index]);
        }
        activate(index);
        input = hidden[index];
      }
      Layer last = layers[layers.length - 1];
      multiply(last.weights, last.inputs, input, output);
      float[] bias = biasBase[layers.length - 1];
      for (int i = 0; i < dimensions; i++) {
        derivative[i] = output[i] + bias[i] + last.biasTime[i] * s;
      }
    }

    /** They depend on the time alone, and the last stages of a step share theirs. */
    private void openGates(float s) {
      if (s == gatesTime) {
        return;
      }
      gatesTime = s;
      FloatVector time = FloatVector.broadcast(SPECIES, s);
      for (int index = 0; index < gates.length; index++) {
        Layer layer = layers[index];
        float[] gateBase = halfGateBase[index];
        float[] bias = biasBase[index];
        for (int j = 0; j < layer.width; j += LANES) {
          SimdFunctions.tanh(
                  FloatVector.fromArray(SPECIES, layer.halfGateTime, j)
                      .fma(time, FloatVector.fromArray(SPECIES, gateBase, j)))
              .add(1f)
              .intoArray(gates[index], j);
          FloatVector.fromArray(SPECIES, layer.biasTime, j)
              .fma(time, FloatVector.fromArray(SPECIES, bias, j))
              .intoArray(shifts[index], j);
        }
      }
    }

    /** From W h_previous, in place, to h, and the layer's slope activation'(a) g. */
    private void activate(int index) {
      float[] h = hidden[index];
      float[] u = slope[index];
      for (int j = 0; j < h.length; j += LANES) {
        FloatVector gate = FloatVector.fromArray(SPECIES, gates[index], j);
        FloatVector a =
            FloatVector.fromArray(SPECIES, h, j)
                .fma(gate, FloatVector.fromArray(SPECIES, shifts[index], j));
        if (softplus) {
          FloatVector halfTanh = SimdFunctions.tanh(a.mul(0.5f));
          SimdFunctions.softplus(a, halfTanh).intoArray(h, j);
          halfTanh.mul(0.5f).add(0.5f).mul(gate).intoArray(u, j);
        } else {
          FloatVector value = SimdFunctions.tanh(a);
          value.intoArray(h, j);
          gate.sub(value.mul(value).mul(gate)).intoArray(u, j);
        }
      }
    }

    private double trace() {
      switch (hidden.length) {
        case 1:
          return dot(slope[0], traceMatrix);
        case 2:
          return dot(slope[1], traceProduct);
        default:
          return forwardModeTrace();
      }
    }

    private double forwardModeTrace() {
      Layer first = layers[0];
      Layer last = layers[layers.length - 1];
      double trace = 0;
      for (int i = 0; i < position.length; i++) {
        productInto(first.weights, i * first.width, slope[0], tangent[0]);
        for (int index = 1; index < hidden.length; index++) {
          multiply(layers[index].weights, layers[index].inputs, tangent[index - 1], tangent[index]);
          productInto(tangent[index], 0, slope[index], tangent[index]);
        }
        float[] columns = tangent[hidden.length - 1];
        for (int unit = 0; unit < last.inputs; unit++) {
          trace += last.weights[unit * last.width + i] * columns[unit];
        }
      }
      return trace;
    }

    private double dot(float[] left, float[] right) {
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int j = 0; j < left.length; j += LANES) {
        sum =
            FloatVector.fromArray(SPECIES, left, j)
                .fma(FloatVector.fromArray(SPECIES, right, j), sum);
      }
      sum.intoArray(lanes, 0);
      double total = 0;
      for (float lane : lanes) {
        total += lane;
      }
      return total;
    }
  }

  static void productInto(float[] left, int offset, float[] right, float[] product) {
    for (int j = 0; j < product.length; j += LANES) {
      FloatVector.fromArray(SPECIES, left, offset + j)
          .mul(FloatVector.fromArray(SPECIES, right, j))
          .intoArray(product, j);
    }
  }

  /**
   * product = W x for a padded column-major W of {@code columns} columns: a block of four registers
   * at a time, then single registers over four columns, so that four independent sums are always
   * under way.
   */
  static void multiply(float[] matrix, int columns, float[] x, float[] product) {
    int rows = product.length;
    int row = 0;
    for (; row + BLOCK * LANES <= rows; row += BLOCK * LANES) {
      FloatVector sum0 = FloatVector.zero(SPECIES);
      FloatVector sum1 = FloatVector.zero(SPECIES);
      FloatVector sum2 = FloatVector.zero(SPECIES);
      FloatVector sum3 = FloatVector.zero(SPECIES);
      int at = row;
      for (int column = 0; column < columns; column++) {
        FloatVector factor = FloatVector.broadcast(SPECIES, x[column]);
        sum0 = FloatVector.fromArray(SPECIES, matrix, at).fma(factor, sum0);
        sum1 = FloatVector.fromArray(SPECIES, matrix, at + LANES).fma(factor, sum1);
        sum2 = FloatVector.fromArray(SPECIES, matrix, at + 2 * LANES).fma(factor, sum2);
        sum3 = FloatVector.fromArray(SPECIES, matrix, at + 3 * LANES).fma(factor, sum3);
        at += rows;
      }
      sum0.intoArray(product, row);
      sum1.intoArray(product, row + LANES);
      sum2.intoArray(product, row + 2 * LANES);
      sum3.intoArray(product, row + 3 * LANES);
    }
    for (; row < rows; row += LANES) {
      multiplyRegister(matrix, rows, columns, row, x, product);
    }
  }

  /**
   * Two products of matrices of one shape, side by side, such as W2 h1, with the bits that {@link
   * #multiply} gives it, and M' u1, whose product with the second layer's slope is the divergence.
   */
  static void multiplyPair(
      int columns,
      float[] left,
      float[] x,
      float[] product,
      float[] right,
      float[] u,
      float[] traceProduct) {
    int rows = product.length;
    int row = 0;
    for (; row + BLOCK * LANES <= rows; row += BLOCK * LANES) {
      FloatVector left0 = FloatVector.zero(SPECIES);
      FloatVector left1 = FloatVector.zero(SPECIES);
      FloatVector left2 = FloatVector.zero(SPECIES);
      FloatVector left3 = FloatVector.zero(SPECIES);
      FloatVector right0 = FloatVector.zero(SPECIES);
      FloatVector right1 = FloatVector.zero(SPECIES);
      FloatVector right2 = FloatVector.zero(SPECIES);
      FloatVector right3 = FloatVector.zero(SPECIES);
      int at = row;
      for (int column = 0; column < columns; column++) {
        FloatVector factor = FloatVector.broadcast(SPECIES, x[column]);
        left0 = FloatVector.fromArray(SPECIES, left, at).fma(factor, left0);
        left1 = FloatVector.fromArray(SPECIES, left, at + LANES).fma(factor, left1);
        left2 = FloatVector.fromArray(SPECIES, left, at + 2 * LANES).fma(factor, left2);
        left3 = FloatVector.fromArray(SPECIES, left, at + 3 * LANES).fma(factor, left3);
        factor = FloatVector.broadcast(SPECIES, u[column]);
        right0 = FloatVector.fromArray(SPECIES, right, at).fma(factor, right0);
        right1 = FloatVector.fromArray(SPECIES, right, at + LANES).fma(factor, right1);
        right2 = FloatVector.fromArray(SPECIES, right, at + 2 * LANES).fma(factor, right2);
        right3 = FloatVector.fromArray(SPECIES, right, at + 3 * LANES).fma(factor, right3);
        at += rows;
      }
      left0.intoArray(product, row);
      left1.intoArray(product, row + LANES);
      left2.intoArray(product, row + 2 * LANES);
      left3.intoArray(product, row + 3 * LANES);
      right0.intoArray(traceProduct, row);
      right1.intoArray(traceProduct, row + LANES);
      right2.intoArray(traceProduct, row + 2 * LANES);
      right3.intoArray(traceProduct, row + 3 * LANES);
    }
    for (; row < rows; row += LANES) {
      multiplyRegister(left, rows, columns, row, x, product);
      multiplyRegister(right, rows, columns, row, u, traceProduct);
    }
  }

  private static void multiplyRegister(
      float[] matrix, int rows, int columns, int row, float[] x, float[] product) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = FloatVector.zero(SPECIES);
    FloatVector sum2 = FloatVector.zero(SPECIES);
    FloatVector sum3 = FloatVector.zero(SPECIES);
    int column = 0;
    int at = row;
    for (; column + 4 <= columns; column += 4) {
      sum0 = accumulate(matrix, at, x[column], sum0);
      sum1 = accumulate(matrix, at + rows, x[column + 1], sum1);
      sum2 = accumulate(matrix, at + 2 * rows, x[column + 2], sum2);
      sum3 = accumulate(matrix, at + 3 * rows, x[column + 3], sum3);
      at += 4 * rows;
    }
    for (; column < columns; column++) {
      sum0 = accumulate(matrix, at, x[column], sum0);
      at += rows;
    }
    sum0.add(sum1).add(sum2.add(sum3)).intoArray(product, row);
  }

  private static FloatVector accumulate(float[] matrix, int at, float factor, FloatVector sum) {
    return FloatVector.fromArray(SPECIES, matrix, at)
        .fma(FloatVector.broadcast(SPECIES, factor), sum);
  }
}
