package io.lowtide.trainer.vector;

import io.lowtide.density.field.FieldShape;
import java.util.List;

/**
 * Where in one array the sums lie that become the gradient of a field's parameters: matrices row by
 * row, rounded up to whole panels of rows and whole registers of columns; sums over the records,
 * one register for each row.
 */
final class SumsLayout {

  private final int lanes;
  private final int[] rows;
  private final int[] columns;
  private final int[] weights;
  private final int[] gates;
  private final int[] contexts;
  private final int dimensionRows;
  private final int dimensionColumns;
  private final int contextColumns;
  private final int output;
  private final int outputBias;
  private final int outputContext;
  private final int trace;
  private int length;

  /**
   * @param lanes of a register
   */
  SumsLayout(FieldShape shape, int lanes) {
    this.lanes = lanes;
    List<Integer> units = shape.hiddenUnits();
    int layers = units.size();
    this.dimensionRows = rounded(shape.dimensions(), Kernels.PANEL);
    this.dimensionColumns = rounded(shape.dimensions(), lanes);
    this.contextColumns = rounded(shape.contextDimensions(), lanes);
    this.rows = new int[layers];
    this.columns = new int[layers];
    this.weights = new int[layers];
    this.gates = new int[layers];
    this.contexts = new int[layers];
    for (int layer = 0; layer < layers; layer++) {
      rows[layer] = rounded(units.get(layer), Kernels.PANEL);
      columns[layer] = rounded(layer == 0 ? shape.dimensions() : units.get(layer - 1), lanes);
      weights[layer] = take(rows[layer] * columns[layer]);
      gates[layer] = take(4 * rows[layer] * lanes);
      contexts[layer] = take(2 * rows[layer] * contextColumns);
    }
    this.output = take(rows[layers - 1] * dimensionColumns);
    this.outputBias = take(2 * dimensionRows * lanes);
    this.outputContext = take(dimensionRows * contextColumns);
    this.trace = take(rows[0] * (layers == 2 ? rounded(units.get(1), lanes) : 2 * lanes));
  }

  private int take(int size) {
    int at = length;
    length += size;
    return at;
  }

  static int rounded(int size, int unit) {
    return (size + unit - 1) / unit * unit;
  }

  int length() {
    return length;
  }

  /** Numbers that are summed apart. */
  int lanes() {
    return lanes;
  }

  /** Of the weights of a hidden layer: units by {@link #columns}. */
  int weights(int layer) {
    return weights[layer];
  }

  /** Inputs of a hidden layer, rounded up. */
  int columns(int layer) {
    return columns[layer];
  }

  /** What a hidden layer has for each unit, in this order. */
  enum Part {
    GATE_CONSTANT,
    GATE_TIME,
    BIAS_CONSTANT,
    BIAS_TIME
  }

  int part(int layer, Part part) {
    return gates[layer] + part.ordinal() * rows[layer] * lanes;
  }

  /** Of a hidden layer's gates and the context: units by {@link #contextColumns}. */
  int gateContext(int layer) {
    return contexts[layer];
  }

  /** Of a hidden layer's biases and the context: units by {@link #contextColumns}. */
  int biasContext(int layer) {
    return contexts[layer] + rows[layer] * contextColumns;
  }

  /** Entries of the context, rounded up. */
  int contextColumns() {
    return contextColumns;
  }

  /** d, rounded up. */
  int dimensionColumns() {
    return dimensionColumns;
  }

  /** Of the output's weights, transposed: units by {@link #dimensionColumns}. */
  int output() {
    return output;
  }

  int outputBiasConstant() {
    return outputBias;
  }

  int outputBiasTime() {
    return outputBias + dimensionRows * lanes;
  }

  /** Of the output's biases and the context: d by {@link #contextColumns}. */
  int outputContext() {
    return outputContext;
  }

  /** Of T with two hidden layers: units of the first by those of the second; of one, row sums. */
  int trace() {
    return trace;
  }

  /** Where what a trace of one layer has to do with time goes, which is nothing. */
  int unused() {
    return trace + rows[0] * lanes;
  }
}
