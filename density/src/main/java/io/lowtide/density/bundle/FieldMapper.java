package io.lowtide.density.bundle;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldLayer;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.field.FieldTensor;
import io.lowtide.schemas.FieldActivation;
import io.lowtide.schemas.HiddenLayer;
import io.lowtide.schemas.OutputLayer;
import io.lowtide.schemas.VectorField;
import java.util.ArrayList;
import java.util.List;

/** Maps a vector field's parameters to and from their place in a bundle. */
final class FieldMapper {

  private FieldMapper() {}

  static VectorField toAvro(FieldParameters parameters) {
    FieldShape shape = parameters.shape();
    List<FieldLayer> layers = shape.layers();
    List<HiddenLayer> hidden = new ArrayList<>();
    for (FieldLayer layer : layers.subList(0, shape.hiddenLayers())) {
      hidden.add(
          new HiddenLayer(
              layer.units(),
              list(parameters, layer.weights()),
              list(parameters, layer.gateConstant()),
              list(parameters, layer.gateTime()),
              list(parameters, layer.gateContext()),
              list(parameters, layer.biasConstant()),
              list(parameters, layer.biasTime()),
              list(parameters, layer.biasContext())));
    }
    FieldLayer output = layers.get(shape.hiddenLayers());
    return new VectorField(
        shape.dimensions(),
        shape.contextDimensions(),
        FieldActivation.valueOf(shape.activation().name()),
        hidden,
        new OutputLayer(
            list(parameters, output.weights()),
            list(parameters, output.biasConstant()),
            list(parameters, output.biasTime()),
            list(parameters, output.biasContext())));
  }

  private static List<Float> list(FieldParameters parameters, FieldTensor tensor) {
    float[] values = parameters.tensor(tensor);
    List<Float> list = new ArrayList<>(values.length);
    for (float value : values) {
      list.add(value);
    }
    return list;
  }

  static FieldParameters fromAvro(VectorField field) throws BundleException {
    FieldShape shape;
    try {
      shape =
          new FieldShape(
              field.getDimensions(),
              field.getContextDimensions(),
              field.getHidden().stream().map(HiddenLayer::getUnits).toList(),
              Activation.valueOf(field.getActivation().name()));
    } catch (IllegalArgumentException e) {
      throw new BundleException(BundleException.Reason.SHAPE, e.getMessage(), e);
    }
    List<Stored> stored = stored(field, shape);
    for (Stored entry : stored) {
      entry.requireLength();
    }
    float[] flat = new float[shape.parameterCount()];
    for (Stored entry : stored) {
      entry.copyTo(flat);
    }
    try {
      return new FieldParameters(shape, flat);
    } catch (IllegalArgumentException e) {
      throw new BundleException(BundleException.Reason.INVALID_VALUE, e.getMessage(), e);
    }
  }

  private static List<Stored> stored(VectorField field, FieldShape shape) {
    List<FieldLayer> layers = shape.layers();
    List<Stored> stored = new ArrayList<>();
    for (int index = 0; index < shape.hiddenLayers(); index++) {
      HiddenLayer layer = field.getHidden().get(index);
      FieldLayer tensors = layers.get(index);
      stored.add(new Stored(layer.getWeights(), tensors.weights()));
      stored.add(new Stored(layer.getGateConstant(), tensors.gateConstant()));
      stored.add(new Stored(layer.getGateTime(), tensors.gateTime()));
      stored.add(new Stored(layer.getGateContext(), tensors.gateContext()));
      stored.add(new Stored(layer.getBiasConstant(), tensors.biasConstant()));
      stored.add(new Stored(layer.getBiasTime(), tensors.biasTime()));
      stored.add(new Stored(layer.getBiasContext(), tensors.biasContext()));
    }
    OutputLayer output = field.getOutput();
    FieldLayer tensors = layers.get(shape.hiddenLayers());
    stored.add(new Stored(output.getWeights(), tensors.weights()));
    stored.add(new Stored(output.getBiasConstant(), tensors.biasConstant()));
    stored.add(new Stored(output.getBiasTime(), tensors.biasTime()));
    stored.add(new Stored(output.getBiasContext(), tensors.biasContext()));
    return stored;
  }

  /** The numbers of one tensor as a bundle holds them, and the tensor that they should fill. */
  private record Stored(List<Float> values, FieldTensor tensor) {

    /** To be called before anything of the size that the shape claims is allocated. */
    void requireLength() throws BundleException {
      long expected = (long) tensor.rows() * tensor.columns();
      if (values.size() != expected) {
        throw new BundleException(
            BundleException.Reason.SHAPE,
            tensor.name() + ": " + values.size() + " numbers, expected " + expected);
      }
    }

    void copyTo(float[] flat) {
      for (int i = 0; i < tensor.size(); i++) {
        flat[tensor.offset() + i] = values.get(i);
      }
    }
  }
}
