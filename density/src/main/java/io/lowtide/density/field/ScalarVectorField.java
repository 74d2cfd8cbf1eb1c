package io.lowtide.density.field;

import java.util.List;

/**
 * The vector field in plain double-precision Java: the reference for the SIMD kernel, and what runs
 * where that is not to be had.
 *
 * <p>The divergence is exact. With u = activation'(a1) g1, v = activation'(a2) g2:
 *
 * <ul>
 *   <li>one hidden layer: tr(df/dz) = sum_j u_j (W1 W2)_jj
 *   <li>two hidden layers: tr(df/dz) = u' M v, M = (W1 W3) o W2', computed once
 *   <li>more: d forward-mode products
 * </ul>
 */
public final class ScalarVectorField implements VectorField {

  private final FieldParameters parameters;
  private final FieldShape shape;
  private final Layer[] layers;
  private final double[] traceMatrix;

  /** Prepares the parameters for evaluation. */
  public ScalarVectorField(FieldParameters parameters) {
    this.parameters = parameters;
    this.shape = parameters.shape();
    List<FieldLayer> tensors = shape.layers();
    this.layers = new Layer[tensors.size()];
    for (int index = 0; index < layers.length; index++) {
      layers[index] = new Layer(tensors.get(index), parameters);
    }
    this.traceMatrix = TraceMatrix.columnMajor(parameters);
  }

  @Override
  public FieldShape shape() {
    return shape;
  }

  @Override
  public VectorField restrictedTo(int[] dimensions) {
    return new ScalarVectorField(parameters.restrictedTo(dimensions));
  }

  @Override
  public FieldEvaluator newEvaluator() {
    return new Evaluator();
  }

  @Override
  public FieldTape newTape(double[] times) {
    return new ScalarFieldTape(parameters, times);
  }

  /** One layer's tensors in double precision, the weights column-major: units run fastest. */
  private static final class Layer {

    final int units;
    final int inputs;
    final boolean gated;
    final double[] weights;
    final double[] gateConstant;
    final double[] gateTime;
    final double[] gateContext;
    final double[] biasConstant;
    final double[] biasTime;
    final double[] biasContext;

    Layer(FieldLayer layer, FieldParameters parameters) {
      units = layer.units();
      inputs = layer.inputs();
      gated = layer.gateConstant().size() > 0;
      float[] rowMajor = parameters.tensor(layer.weights());
      weights = new double[rowMajor.length];
      for (int unit = 0; unit < units; unit++) {
        for (int input = 0; input < inputs; input++) {
          weights[input * units + unit] = rowMajor[unit * inputs + input];
        }
      }
      gateConstant = widened(parameters.tensor(layer.gateConstant()));
      gateTime = widened(parameters.tensor(layer.gateTime()));
      gateContext = widened(parameters.tensor(layer.gateContext()));
      biasConstant = widened(parameters.tensor(layer.biasConstant()));
      biasTime = widened(parameters.tensor(layer.biasTime()));
      biasContext = widened(parameters.tensor(layer.biasContext()));
    }

    private static double[] widened(float[] values) {
      double[] widened = new double[values.length];
      for (int i = 0; i < values.length; i++) {
        widened[i] = values[i];
      }
      return widened;
    }
  }

  private final class Evaluator implements FieldEvaluator {

    private final Activation activation = shape.activation();
    private final double[][] gateBase = new double[layers.length][];
    private final double[][] biasBase = new double[layers.length][];
    private final double[][] hidden = new double[layers.length - 1][];

    /** Activation derivative times gate, per hidden layer: the diagonal of dh/d(W h_previous). */
    private final double[][] slope = new double[layers.length - 1][];

    private final double[] traceProduct;
    private final double[][] tangent = new double[layers.length - 1][];

    Evaluator() {
      for (int index = 0; index < layers.length; index++) {
        gateBase[index] = layers[index].gateConstant.clone();
        biasBase[index] = layers[index].biasConstant.clone();
      }
      for (int index = 0; index < hidden.length; index++) {
        hidden[index] = new double[layers[index].units];
        slope[index] = new double[layers[index].units];
        tangent[index] = new double[layers[index].units];
      }
      traceProduct = new double[layers[0].units];
    }

    @Override
    public void setContext(double[] context) {
      for (int index = 0; index < layers.length; index++) {
        Layer layer = layers[index];
        if (layer.gated) {
          addContext(layer.gateConstant, layer.gateContext, context, gateBase[index]);
        }
        addContext(layer.biasConstant, layer.biasContext, context, biasBase[index]);
      }
    }

    private void addContext(
        double[] constant, double[] contextWeights, double[] context, double[] sum) {
      int width = shape.contextDimensions();
      for (int unit = 0; unit < constant.length; unit++) {
        double total = constant[unit];
        for (int i = 0; i < width; i++) {
          total += contextWeights[unit * width + i] * context[i];
        }
        sum[unit] = total;
      }
    }

    @Override
    public void derivative(double s, double[] y, double[] derivative) {
      positionDerivative(s, y, derivative);
      derivative[shape.dimensions()] = trace();
    }

    @Override
    public void positionDerivative(double s, double[] y, double[] derivative) {
      double[] input = y;
      for (int index = 0; index < hidden.length; index++) {
        evaluateHidden(index, s, input);
        input = hidden[index];
      }
      int output = layers.length - 1;
      multiply(layers[output], input, derivative);
      for (int i = 0; i < shape.dimensions(); i++) {
        derivative[i] += biasBase[output][i] + layers[output].biasTime[i] * s;
      }
    }

    private void evaluateHidden(int index, double s, double[] input) {
      Layer layer = layers[index];
      double[] h = hidden[index];
      double[] u = slope[index];
      multiply(layer, input, h);
      for (int unit = 0; unit < layer.units; unit++) {
        double gate = 1 + Math.tanh(0.5 * (gateBase[index][unit] + layer.gateTime[unit] * s));
        double a = gate * h[unit] + biasBase[index][unit] + layer.biasTime[unit] * s;
        h[unit] = activation.value(a);
        u[unit] = activation.derivative(a) * gate;
      }
    }

    /** product = W x; the inner loop runs over units, which the JIT compiler vectorises. */
    private static void multiply(Layer layer, double[] x, double[] product) {
      multiply(layer.weights, layer.units, layer.inputs, x, product);
    }

    private static void multiply(
        double[] columnMajor, int rows, int columns, double[] x, double[] product) {
      for (int row = 0; row < rows; row++) {
        product[row] = 0;
      }
      for (int column = 0; column < columns; column++) {
        double factor = x[column];
        int offset = column * rows;
        for (int row = 0; row < rows; row++) {
          product[row] += columnMajor[offset + row] * factor;
        }
      }
    }

    private double trace() {
      double[] u = slope[0];
      switch (hidden.length) {
        case 1:
          return ScalarFieldTape.dot(u, traceMatrix);
        case 2:
          multiply(traceMatrix, u.length, slope[1].length, slope[1], traceProduct);
          return ScalarFieldTape.dot(u, traceProduct);
        default:
          return forwardModeTrace();
      }
    }

    private double forwardModeTrace() {
      Layer first = layers[0];
      Layer output = layers[layers.length - 1];
      double trace = 0;
      for (int i = 0; i < shape.dimensions(); i++) {
        for (int unit = 0; unit < first.units; unit++) {
          tangent[0][unit] = slope[0][unit] * first.weights[i * first.units + unit];
        }
        for (int index = 1; index < hidden.length; index++) {
          multiply(layers[index], tangent[index - 1], tangent[index]);
          for (int unit = 0; unit < layers[index].units; unit++) {
            tangent[index][unit] *= slope[index][unit];
          }
        }
        double[] last = tangent[hidden.length - 1];
        for (int unit = 0; unit < last.length; unit++) {
          trace += output.weights[unit * output.units + i] * last[unit];
        }
      }
      return trace;
    }
  }
}
