package io.lowtide.cuda;

import io.lowtide.density.field.FieldLayer;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.field.FieldTensor;
import java.util.List;

/**
 * Where the parameters of a field lie in the kernel's vector, which is laid out for larger sizes
 * ({@code P_...} of the source).
 */
final class ParameterLayout {

  private final int units;
  private final int dimensions;
  private final int layers;
  private final int[] positions;

  /**
   * @param field whose parameters
   * @param kernel what the kernel is compiled for
   */
  ParameterLayout(FieldShape field, KernelShape kernel) {
    this.units = kernel.units();
    this.dimensions = kernel.dimensions();
    this.layers = field.hiddenLayers();
    this.positions = new int[field.parameterCount()];
    List<FieldLayer> all = field.layers();
    for (int layer = 0; layer < layers; layer++) {
      placeHidden(all.get(layer), layer);
    }
    placeOutput(all.get(layers));
  }

  private void placeHidden(FieldLayer layer, int index) {
    place(
        layer.weights(),
        index == 0 ? 0 : 2 * dimensions * units + (index - 1) * units * units,
        1,
        units);
    int gates = gates(index);
    place(layer.gateConstant(), gates, 1, 0);
    place(layer.gateTime(), gates + units, 1, 0);
    place(layer.biasConstant(), gates + 2 * units, 1, 0);
    place(layer.biasTime(), gates + 3 * units, 1, 0);
    int entry = 2 * layers * units + dimensions;
    place(layer.gateContext(), context() + 2 * index * units, 1, entry);
    place(layer.biasContext(), context() + (2 * index + 1) * units, 1, entry);
  }

  private void placeOutput(FieldLayer layer) {
    place(layer.weights(), dimensions * units, units, 1);
    place(layer.biasConstant(), gates(layers), 1, 0);
    place(layer.biasTime(), gates(layers) + dimensions, 1, 0);
    place(layer.biasContext(), context() + 2 * layers * units, 1, 2 * layers * units + dimensions);
  }

  private int gates(int layer) {
    int trace = layers == 2 ? units * units : layers == 1 ? units : 0;
    return 2 * dimensions * units + (layers - 1) * units * units + trace + 4 * units * layer;
  }

  private int context() {
    return gates(layers) + 2 * dimensions;
  }

  private void place(FieldTensor tensor, int at, int rowStride, int columnStride) {
    for (int row = 0; row < tensor.rows(); row++) {
      for (int column = 0; column < tensor.columns(); column++) {
        positions[tensor.offset() + row * tensor.columns() + column] =
            at + row * rowStride + column * columnStride;
      }
    }
  }

  /** Number of parameters of the field. */
  int size() {
    return positions.length;
  }

  /** Position of a parameter in the kernel's vector. */
  int position(int parameter) {
    return positions[parameter];
  }
}
