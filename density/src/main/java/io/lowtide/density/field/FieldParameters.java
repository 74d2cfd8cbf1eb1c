package io.lowtide.density.field;

import java.util.Arrays;
import java.util.List;

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

  /**
   * The field of some of the dimensions, the others held at 0: columns of the first layer's weights
   * and rows of the output layer are left out. Its divergence is that of the dimensions kept.
   *
   * @param dimensions indices of those to keep, ascending, at least one
   */
  public FieldParameters restrictedTo(int[] dimensions) {
    FieldShape restricted =
        new FieldShape(
            dimensions.length, shape.contextDimensions(), shape.hiddenUnits(), shape.activation());
    float[] kept = new float[restricted.parameterCount()];
    List<FieldLayer> from = shape.layers();
    List<FieldLayer> to = restricted.layers();
    int output = shape.hiddenLayers();
    for (int index = 0; index <= output; index++) {
      List<FieldTensor> sources = from.get(index).tensors();
      List<FieldTensor> targets = to.get(index).tensors();
      for (int tensor = 0; tensor < sources.size(); tensor++) {
        FieldTensor source = sources.get(tensor);
        FieldTensor target = targets.get(tensor);
        boolean firstWeights = index == 0 && tensor == 0;
        for (int row = 0; row < target.rows(); row++) {
          int sourceRow = index == output ? dimensions[row] : row;
          for (int column = 0; column < target.columns(); column++) {
            int sourceColumn = firstWeights ? dimensions[column] : column;
            kept[target.offset() + row * target.columns() + column] =
                values[source.offset() + sourceRow * source.columns() + sourceColumn];
          }
        }
      }
    }
    return new FieldParameters(restricted, kept);
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
