package io.lowtide.trainer.nd4j;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Allocates column-major arrays with one row per record of a batch.
 *
 * @param type element type
 * @param records B, rows of every array
 */
record BatchArrays(DataType type, int records) {

  TensorBuffer buffer(int columns) {
    return new TensorBuffer(type, records * columns);
  }

  /** B by {@code columns}, all zero. */
  INDArray matrix(int columns) {
    return buffer(columns).matrix(0, records, columns);
  }

  /** x, B by {@code columns} and all zero, and [x | 1]. */
  AffineInput affineInput(int columns) {
    TensorBuffer buffer = buffer(columns + 1);
    double[] values = new double[buffer.length()];
    Arrays.fill(values, records * columns, values.length, 1);
    buffer.upload(values, values.length);
    return new AffineInput(
        buffer.matrix(0, records, columns), buffer.matrix(0, records, columns + 1));
  }

  /** A vector of ones. */
  INDArray ones(int length) {
    TensorBuffer buffer = new TensorBuffer(type, length);
    double[] values = new double[length];
    Arrays.fill(values, 1);
    buffer.upload(values, length);
    return buffer.vector();
  }
}
