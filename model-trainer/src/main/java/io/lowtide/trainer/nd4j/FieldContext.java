package io.lowtide.trainer.nd4j;

import io.lowtide.density.field.FieldShape;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The context c of a batch, and what it makes of the layers of a field. */
sealed interface FieldContext permits NoContext, RecordContext {

  /** The context of a field of this shape. */
  static FieldContext of(FieldShape shape, BatchArrays arrays) {
    int dimensions = shape.contextDimensions();
    return dimensions > 0 ? new RecordContext(dimensions, arrays) : new NoContext();
  }

  /**
   * Sets the context.
   *
   * @param values c, B by k, column-major; nothing to take over where k is 0
   */
  void set(double[] values);

  /**
   * The argument of a hidden layer of n units.
   *
   * @param operands those of the field
   * @param layer index of the layer
   * @param input of the layer
   * @param scratch B by n
   */
  LayerArgument hidden(OperandMatrices operands, int layer, AffineInput input, INDArray scratch);

  /**
   * The output layer, which is nothing but an argument, and has no gate.
   *
   * @param operands those of the field
   * @param layer its index, the number of hidden layers
   * @param input of the layer
   */
  LayerArgument output(OperandMatrices operands, int layer, AffineInput input);
}
