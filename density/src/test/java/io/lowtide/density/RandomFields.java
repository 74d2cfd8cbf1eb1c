package io.lowtide.density;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldLayer;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.field.FieldTensor;
import java.util.List;
import java.util.Random;

/** Vector fields with random parameters of the size that trained ones have. */
public final class RandomFields {

  private RandomFields() {}

  public static FieldParameters of(
      int dimensions, int contexts, List<Integer> hidden, Activation activation, long seed) {
    FieldShape shape = new FieldShape(dimensions, contexts, hidden, activation);
    Random random = new Random(seed);
    float[] values = new float[shape.parameterCount()];
    for (FieldLayer layer : shape.layers()) {
      for (FieldTensor tensor : layer.tensors()) {
        double deviation = tensor == layer.weights() ? 1 / Math.sqrt(layer.inputs()) : 0.5;
        for (int i = 0; i < tensor.size(); i++) {
          values[tensor.offset() + i] = (float) (deviation * random.nextGaussian());
        }
      }
    }
    return new FieldParameters(shape, values);
  }
}
