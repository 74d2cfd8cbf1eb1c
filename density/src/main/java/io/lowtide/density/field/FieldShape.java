package io.lowtide.density.field;

import java.util.ArrayList;
import java.util.List;

/**
 * Shape of a concat-squash vector field f(z, s; c) (FFJORD, Grathwohl et al. 2018, arXiv
 * 1810.01367, section 4) and the layout of its parameters in one flat vector: hidden layers first
 * to last, then the output layer, each layer's tensors in the order of {@link
 * FieldLayer#tensors()}.
 *
 * @param dimensions d, the length of z; at least 1
 * @param contextDimensions k, the length of c; 0 for an unconditional field
 * @param hiddenUnits units of each hidden layer; at least one layer, each at least 1 unit
 * @param activation elementwise function of the hidden layers
 */
public record FieldShape(
    int dimensions, int contextDimensions, List<Integer> hiddenUnits, Activation activation) {

  /**
   * @throws IllegalArgumentException if a size is out of range
   */
  public FieldShape {
    if (dimensions < 1) {
      throw new IllegalArgumentException("dimensions: " + dimensions + ", expected at least 1");
    }
    if (contextDimensions < 0) {
      throw new IllegalArgumentException(
          "contextDimensions: " + contextDimensions + ", expected at least 0");
    }
    if (hiddenUnits.isEmpty() || hiddenUnits.stream().anyMatch(units -> units < 1)) {
      throw new IllegalArgumentException(
          "hiddenUnits: " + hiddenUnits + ", expected at least one layer of at least 1 unit each");
    }
    hiddenUnits = List.copyOf(hiddenUnits);
  }

  /** Number of hidden layers. */
  public int hiddenLayers() {
    return hiddenUnits.size();
  }

  /** The hidden layers, first to last, followed by the output layer. */
  public List<FieldLayer> layers() {
    List<FieldLayer> layers = new ArrayList<>();
    int offset = 0;
    int width = dimensions;
    for (int index = 0; index < hiddenLayers(); index++) {
      FieldLayer layer =
          layer("hidden[" + index + "]", offset, hiddenUnits.get(index), width, true);
      layers.add(layer);
      offset = end(layer);
      width = layer.units();
    }
    layers.add(layer("output", offset, dimensions, width, false));
    return layers;
  }

  /** Length of the flat parameter vector. */
  public int parameterCount() {
    List<FieldLayer> layers = layers();
    return end(layers.get(layers.size() - 1));
  }

  private FieldLayer layer(String name, int offset, int units, int inputs, boolean gated) {
    int gateUnits = gated ? units : 0;
    FieldTensor weights = new FieldTensor(name + ".weights", offset, units, inputs);
    FieldTensor gateConstant = after(weights, name + ".gateConstant", gateUnits, 1);
    FieldTensor gateTime = after(gateConstant, name + ".gateTime", gateUnits, 1);
    FieldTensor gateContext = after(gateTime, name + ".gateContext", gateUnits, contextDimensions);
    FieldTensor biasConstant = after(gateContext, name + ".biasConstant", units, 1);
    FieldTensor biasTime = after(biasConstant, name + ".biasTime", units, 1);
    FieldTensor biasContext = after(biasTime, name + ".biasContext", units, contextDimensions);
    return new FieldLayer(
        weights, gateConstant, gateTime, gateContext, biasConstant, biasTime, biasContext);
  }

  private static FieldTensor after(FieldTensor previous, String name, int rows, int columns) {
    return new FieldTensor(name, previous.offset() + previous.size(), rows, columns);
  }

  private static int end(FieldLayer layer) {
    return layer.biasContext().offset() + layer.biasContext().size();
  }
}
