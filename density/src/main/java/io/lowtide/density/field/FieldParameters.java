package io.lowtide.density.field;

import java.util.Arrays;

/** The parameters of one vector field: immutable, every value finite. */
public final class FieldParameters {

  private final FieldShape shape;
  private final float[] values;

  /**
   * @param shape shape of the field
   * @param values flat parameter vector in the layout of {@code shape}; copied
   * @throws IllegalArgumentException if the length is not {@link FieldShape#parameterCount()} or a
   *     value is not finite
   */
  public FieldParameters(FieldShape shape, float[] values) {
    if (values.length != shape.parameterCount()) {
      throw new IllegalArgumentException(
          "parameters: " + values.length + " values, expected " + shape.parameterCount());
    }
    for (FieldLayer layer : shape.layers()) {
      for (FieldTensor tensor : layer.tensors()) {
        requireFinite(tensor, values);
      }
    }
    this.shape = shape;
    this.values = values.clone();
  }

  private static void requireFinite(FieldTensor tensor, float[] values) {
    for (int i = 0; i < tensor.size(); i++) {
      float value = values[tensor.offset() + i];
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException(
            tensor.name() + "[" + i + "]: " + value + ", expected a finite number");
      }
    }
  }

  /** Shape of the field. */
  public FieldShape shape() {
    return shape;
  }

  /** A copy of one tensor, row-major. */
  public float[] tensor(FieldTensor tensor) {
    return Arrays.copyOfRange(values, tensor.offset(), tensor.offset() + tensor.size());
  }

  /** A copy of the flat parameter vector. */
  public float[] toArray() {
    return values.clone();
  }
}
