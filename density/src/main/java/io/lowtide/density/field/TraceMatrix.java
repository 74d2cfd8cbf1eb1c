package io.lowtide.density.field;

import java.util.List;

/** The constant part of the closed-form divergence of a field with one or two hidden layers. */
final class TraceMatrix {

  private TraceMatrix() {}

  /**
   * M = (W1 W3) o W2' for two hidden layers, H1 by H2, column-major; the diagonal of W1 W2 for one
   * hidden layer; empty for more.
   */
  static double[] columnMajor(FieldParameters parameters) {
    FieldShape shape = parameters.shape();
    if (shape.hiddenLayers() > 2) {
      return new double[0];
    }
    List<FieldLayer> layers = shape.layers();
    FieldLayer firstLayer = layers.get(0);
    FieldLayer outputLayer = layers.get(layers.size() - 1);
    float[] first = parameters.tensor(firstLayer.weights());
    float[] output = parameters.tensor(outputLayer.weights());
    int rows = firstLayer.units();
    int columns = outputLayer.inputs();
    int dimensions = shape.dimensions();
    if (shape.hiddenLayers() == 1) {
      double[] diagonal = new double[rows];
      for (int j = 0; j < rows; j++) {
        diagonal[j] = product(first, output, dimensions, columns, j, j);
      }
      return diagonal;
    }
    float[] second = parameters.tensor(layers.get(1).weights());
    double[] matrix = new double[rows * columns];
    for (int i = 0; i < columns; i++) {
      for (int j = 0; j < rows; j++) {
        matrix[i * rows + j] =
            product(first, output, dimensions, columns, j, i) * second[i * rows + j];
      }
    }
    return matrix;
  }

  /** (W_first W_output)_ji. */
  private static double product(
      float[] first, float[] output, int dimensions, int columns, int j, int i) {
    double sum = 0;
    for (int k = 0; k < dimensions; k++) {
      sum += (double) first[j * dimensions + k] * output[k * columns + i];
    }
    return sum;
  }
}
