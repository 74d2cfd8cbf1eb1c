package io.lowtide.trainer.nd4j;

import io.lowtide.density.field.FieldLayer;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.field.FieldTensor;
import java.util.List;

/**
 * The constant part of the closed-form divergence, computed once per parameter update: M = (W1 W3)
 * o W2' for two hidden layers, H1 by H2 and column-major, the diagonal of W1 W2 for one, nothing
 * for more. Where the divergence is not found in closed form, M is empty.
 */
final class TraceProduct {

  private final List<FieldLayer> layers;
  private final int hiddenLayers;
  private final int dimensions;
  private final int rows;
  private final int columns;

  /** W1 W3, H1 by H2, column-major. */
  private final double[] outer;

  private final double[] values;

  TraceProduct(FieldShape shape, boolean closedForm) {
    this.layers = shape.layers();
    this.hiddenLayers = shape.hiddenLayers();
    this.dimensions = shape.dimensions();
    this.rows = closedForm ? shape.hiddenUnits().get(0) : 0;
    this.columns = closedForm && hiddenLayers == 2 ? shape.hiddenUnits().get(1) : 1;
    this.outer = new double[hiddenLayers == 2 ? rows * columns : 0];
    this.values = new double[rows * columns];
  }

  int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  int size() {
    return values.length;
  }

  /** M, column-major. */
  double[] values() {
    return values;
  }

  /** Recomputes M. */
  void update(double[] parameters) {
    if (values.length == 0) {
      return;
    }
    int first = layers.get(0).weights().offset();
    FieldTensor output = layers.get(hiddenLayers).weights();
    if (hiddenLayers == 1) {
      for (int i = 0; i < rows; i++) {
        double sum = 0;
        for (int k = 0; k < dimensions; k++) {
          sum +=
              parameters[first + i * dimensions + k] * parameters[output.offset() + k * rows + i];
        }
        values[i] = sum;
      }
      return;
    }
    int second = layers.get(1).weights().offset();
    for (int j = 0; j < columns; j++) {
      for (int i = 0; i < rows; i++) {
        double sum = 0;
        for (int k = 0; k < dimensions; k++) {
          sum +=
              parameters[first + i * dimensions + k]
                  * parameters[output.offset() + k * columns + j];
        }
        outer[j * rows + i] = sum;
        values[j * rows + i] = sum * parameters[second + j * rows + i];
      }
    }
  }

  /**
   * Carries a gradient with respect to M on to W1, W2 and W3.
   *
   * @param parameters those of the last {@link #update}
   * @param traceGradient holds the gradient with respect to M
   * @param offset where it starts
   * @param gradient flat parameter gradient, added to
   */
  void pullBack(double[] parameters, double[] traceGradient, int offset, double[] gradient) {
    if (values.length == 0) {
      return;
    }
    int first = layers.get(0).weights().offset();
    int output = layers.get(hiddenLayers).weights().offset();
    if (hiddenLayers == 1) {
      for (int i = 0; i < rows; i++) {
        double cotangent = traceGradient[offset + i];
        for (int k = 0; k < dimensions; k++) {
          int left = first + i * dimensions + k;
          int right = output + k * rows + i;
          gradient[left] += cotangent * parameters[right];
          gradient[right] += cotangent * parameters[left];
        }
      }
      return;
    }
    int second = layers.get(1).weights().offset();
    for (int j = 0; j < columns; j++) {
      for (int i = 0; i < rows; i++) {
        int index = j * rows + i;
        double cotangent = traceGradient[offset + index];
        gradient[second + index] += cotangent * outer[index];
        double outerCotangent = cotangent * parameters[second + index];
        for (int k = 0; k < dimensions; k++) {
          int left = first + i * dimensions + k;
          int right = output + k * columns + j;
          gradient[left] += outerCotangent * parameters[right];
          gradient[right] += outerCotangent * parameters[left];
        }
      }
    }
  }
}
