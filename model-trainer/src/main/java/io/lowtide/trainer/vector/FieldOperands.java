package io.lowtide.trainer.vector;

import io.lowtide.density.field.FieldLayer;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.field.FieldTensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The parameters of a field as the kernels read them, and the way back from sums to a gradient.
 *
 * <p>The divergence in closed form is u1' T u2 with T = (W1 W3) o W2' for two hidden layers, and
 * u1' t with t the diagonal of W1 W2 for one. T is no parameter, but has a gradient, which {@link
 * #finish} carries on to the weights.
 *
 * @param <A> array of numbers
 */
final class FieldOperands<A> {

  private static final int PANEL = Kernels.PANEL;

  private final Kernels<A> kernels;
  private final FieldShape shape;
  private final List<FieldLayer> layers;
  private final SumsLayout layout;
  private final boolean closedTrace;
  private final List<Gated<A>> hidden = new ArrayList<>();
  private final Biased<A> output;
  private final A minusTrace;
  private final A minusTraceBack;
  private final double[] through;
  private final double[] sums;
  private double[] parameters = new double[0];

  /**
   * A hidden layer's.
   *
   * @param forward W, packed
   * @param back W', packed; minus that for the first layer, whose cotangents run down
   */
  record Gated<A>(
      A forward,
      A back,
      A gateConstant,
      A gateTime,
      A biasConstant,
      A biasTime,
      A gateContext,
      A biasContext) {}

  /** The output layer's, likewise. */
  record Biased<A>(A forward, A back, A biasConstant, A biasTime, A biasContext) {}

  /**
   * @param closedTrace whether the divergence is found in closed form
   */
  FieldOperands(Kernels<A> kernels, FieldShape shape, boolean closedTrace) {
    this.kernels = kernels;
    this.shape = shape;
    this.layers = shape.layers();
    this.layout = new SumsLayout(shape, kernels.lanes());
    this.closedTrace = closedTrace;
    int count = shape.hiddenLayers();
    for (FieldLayer layer : layers.subList(0, count)) {
      hidden.add(
          new Gated<>(
              packed(layer.units(), layer.inputs()),
              packed(layer.inputs(), layer.units()),
              packed(layer.units(), 1),
              packed(layer.units(), 1),
              packed(layer.units(), 1),
              packed(layer.units(), 1),
              packed(layer.units(), shape.contextDimensions() + 1),
              packed(layer.units(), shape.contextDimensions() + 1)));
    }
    FieldLayer last = layers.get(count);
    this.output =
        new Biased<>(
            packed(last.units(), last.inputs()),
            packed(last.inputs(), last.units()),
            packed(last.units(), 1),
            packed(last.units(), 1),
            packed(last.units(), shape.contextDimensions() + 1));
    int first = layers.get(0).units();
    int second = count == 2 ? layers.get(1).units() : 1;
    this.minusTrace = packed(first, second);
    this.minusTraceBack = packed(second, first);
    this.through = new double[first * second];
    this.sums = new double[layout.length()];
  }

  private A packed(int rows, int columns) {
    return kernels.newArray(SumsLayout.rounded(rows, PANEL) * columns);
  }

  SumsLayout layout() {
    return layout;
  }

  Gated<A> hidden(int layer) {
    return hidden.get(layer);
  }

  Biased<A> output() {
    return output;
  }

  /** -T, H1 by H2, or -t, H1 by 1. */
  A minusTrace() {
    return minusTrace;
  }

  /** -T'. */
  A minusTraceBack() {
    return minusTraceBack;
  }

  /**
   * Sets the parameters.
   *
   * @param values kept, and not to be changed before the next call
   */
  void setParameters(double[] values) {
    parameters = values;
    int count = shape.hiddenLayers();
    for (int index = 0; index < count; index++) {
      FieldLayer layer = layers.get(index);
      Gated<A> of = hidden.get(index);
      pack(layer.weights(), 1, of.forward());
      packTransposed(layer.weights(), index == 0 ? -1 : 1, of.back());
      pack(layer.gateConstant(), 1, of.gateConstant());
      pack(layer.gateTime(), 1, of.gateTime());
      pack(layer.biasConstant(), 1, of.biasConstant());
      pack(layer.biasTime(), 1, of.biasTime());
      packWithConstant(layer.gateContext(), layer.gateConstant(), of.gateContext());
      packWithConstant(layer.biasContext(), layer.biasConstant(), of.biasContext());
    }
    FieldLayer last = layers.get(count);
    pack(last.weights(), 1, output.forward());
    packTransposed(last.weights(), 1, output.back());
    pack(last.biasConstant(), 1, output.biasConstant());
    pack(last.biasTime(), 1, output.biasTime());
    packWithConstant(last.biasContext(), last.biasConstant(), output.biasContext());
    if (closedTrace) {
      packTrace();
    }
  }

  private double weight(FieldTensor tensor, int row, int column) {
    return parameters[tensor.offset() + row * tensor.columns() + column];
  }

  private static int place(int row, int column, int columns) {
    return (row / PANEL * columns + column) * PANEL + row % PANEL;
  }

  private void pack(FieldTensor tensor, double sign, A out) {
    double[] panels = new double[SumsLayout.rounded(tensor.rows(), PANEL) * tensor.columns()];
    for (int row = 0; row < tensor.rows(); row++) {
      for (int column = 0; column < tensor.columns(); column++) {
        panels[place(row, column, tensor.columns())] = sign * weight(tensor, row, column);
      }
    }
    kernels.read(panels, 0, out, 0, panels.length);
  }

  private void packTransposed(FieldTensor tensor, double sign, A out) {
    double[] panels = new double[SumsLayout.rounded(tensor.columns(), PANEL) * tensor.rows()];
    for (int row = 0; row < tensor.rows(); row++) {
      for (int column = 0; column < tensor.columns(); column++) {
        panels[place(column, row, tensor.rows())] = sign * weight(tensor, row, column);
      }
    }
    kernels.read(panels, 0, out, 0, panels.length);
  }

  /** The constant is the weight of a last entry of the context, which is 1. */
  private void packWithConstant(FieldTensor context, FieldTensor constant, A out) {
    int columns = shape.contextDimensions() + 1;
    double[] panels = new double[SumsLayout.rounded(constant.rows(), PANEL) * columns];
    for (int row = 0; row < constant.rows(); row++) {
      for (int column = 0; column < columns; column++) {
        panels[place(row, column, columns)] =
            column < columns - 1 ? weight(context, row, column) : weight(constant, row, 0);
      }
    }
    kernels.read(panels, 0, out, 0, panels.length);
  }

  /** Element (i, j) of W1 W3, or of W1 W2 for one hidden layer. */
  private double through(int i, int j) {
    FieldTensor into = layers.get(0).weights();
    FieldTensor out = layers.get(shape.hiddenLayers()).weights();
    double sum = 0;
    for (int k = 0; k < shape.dimensions(); k++) {
      sum += weight(into, i, k) * weight(out, k, j);
    }
    return sum;
  }

  private void packTrace() {
    int first = layers.get(0).units();
    if (shape.hiddenLayers() == 1) {
      double[] panels = new double[SumsLayout.rounded(first, PANEL)];
      for (int i = 0; i < first; i++) {
        panels[i] = -through(i, i);
      }
      kernels.read(panels, 0, minusTrace, 0, panels.length);
      return;
    }
    int second = layers.get(1).units();
    FieldTensor square = layers.get(1).weights();
    double[] panels = new double[SumsLayout.rounded(first, PANEL) * second];
    double[] transposed = new double[SumsLayout.rounded(second, PANEL) * first];
    for (int i = 0; i < first; i++) {
      for (int j = 0; j < second; j++) {
        through[i * second + j] = through(i, j);
        double value = -through[i * second + j] * weight(square, j, i);
        panels[place(i, j, second)] = value;
        transposed[place(j, i, first)] = value;
      }
    }
    kernels.read(panels, 0, minusTrace, 0, panels.length);
    kernels.read(transposed, 0, minusTraceBack, 0, transposed.length);
  }

  /**
   * Turns sums into a gradient.
   *
   * @param array sums in the layout
   * @param factor multiplies the result
   * @param gradient receives the gradient in the layout of the shape
   */
  void finish(A array, double factor, double[] gradient) {
    kernels.write(array, 0, sums, 0, sums.length);
    int count = shape.hiddenLayers();
    for (int index = 0; index < count; index++) {
      FieldLayer layer = layers.get(index);
      unpack(layer.weights(), layout.weights(index), layout.columns(index), 1, gradient);
      addLanes(layer.gateConstant(), layout.part(index, SumsLayout.Part.GATE_CONSTANT), gradient);
      addLanes(layer.gateTime(), layout.part(index, SumsLayout.Part.GATE_TIME), gradient);
      addLanes(layer.biasConstant(), layout.part(index, SumsLayout.Part.BIAS_CONSTANT), gradient);
      addLanes(layer.biasTime(), layout.part(index, SumsLayout.Part.BIAS_TIME), gradient);
      int entries = layout.contextColumns();
      unpack(layer.gateContext(), layout.gateContext(index), entries, 1, gradient);
      unpack(layer.biasContext(), layout.biasContext(index), entries, 1, gradient);
    }
    FieldLayer last = layers.get(count);
    unpack(last.weights(), layout.output(), 1, layout.dimensionColumns(), gradient);
    addLanes(last.biasConstant(), layout.outputBiasConstant(), gradient);
    addLanes(last.biasTime(), layout.outputBiasTime(), gradient);
    unpack(last.biasContext(), layout.outputContext(), layout.contextColumns(), 1, gradient);
    if (closedTrace) {
      finishTrace(gradient);
    }
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] *= factor;
    }
  }

  private void unpack(
      FieldTensor tensor, int at, int rowStride, int columnStride, double[] gradient) {
    for (int row = 0; row < tensor.rows(); row++) {
      for (int column = 0; column < tensor.columns(); column++) {
        gradient[tensor.offset() + row * tensor.columns() + column] =
            sums[at + row * rowStride + column * columnStride];
      }
    }
  }

  private double lanes(int at, int row) {
    double sum = 0;
    for (int lane = 0; lane < layout.lanes(); lane++) {
      sum += sums[at + row * layout.lanes() + lane];
    }
    return sum;
  }

  private void addLanes(FieldTensor tensor, int at, double[] gradient) {
    for (int row = 0; row < tensor.rows(); row++) {
      gradient[tensor.offset() + row] = lanes(at, row);
    }
  }

  /** Carries the gradient of T on to the weights that it is made of. */
  private void finishTrace(double[] gradient) {
    FieldTensor into = layers.get(0).weights();
    FieldTensor out = layers.get(shape.hiddenLayers()).weights();
    int first = into.rows();
    int second = shape.hiddenLayers() == 2 ? out.columns() : 1;
    int stride = SumsLayout.rounded(second, layout.lanes());
    for (int i = 0; i < first; i++) {
      for (int j = 0; j < second; j++) {
        double ofTrace;
        int unit = j;
        if (shape.hiddenLayers() == 1) {
          ofTrace = lanes(layout.trace(), i);
          unit = i;
        } else {
          FieldTensor square = layers.get(1).weights();
          double ofProduct = sums[layout.trace() + i * stride + j];
          gradient[square.offset() + j * square.columns() + i] +=
              ofProduct * through[i * second + j];
          ofTrace = ofProduct * weight(square, j, i);
        }
        for (int k = 0; k < shape.dimensions(); k++) {
          gradient[into.offset() + i * into.columns() + k] += ofTrace * weight(out, k, unit);
          gradient[out.offset() + k * out.columns() + unit] += ofTrace * weight(into, i, k);
        }
      }
    }
  }
}
