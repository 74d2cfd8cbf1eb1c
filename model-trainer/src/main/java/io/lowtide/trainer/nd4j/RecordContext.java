package io.lowtide.trainer.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A conditional field: gates and biases are functions of each record's context. */
final class RecordContext implements FieldContext {

  private final BatchArrays arrays;
  private final TensorBuffer buffer;
  private final AffineInput context;
  private final TensorOp bufferToContext;

  /**
   * @param dimensions k, at least 1
   * @param arrays makes the arrays
   */
  RecordContext(int dimensions, BatchArrays arrays) {
    this.arrays = arrays;
    this.buffer = arrays.buffer(dimensions);
    this.context = arrays.affineInput(dimensions);
    this.bufferToContext =
        TensorOps.copy(buffer.matrix(0, arrays.records(), dimensions), context.plain());
  }

  @Override
  public void set(double[] values) {
    buffer.upload(values, buffer.length());
    bufferToContext.run();
  }

  @Override
  public LayerArgument hidden(
      OperandMatrices operands, int layer, AffineInput input, INDArray scratch) {
    GatedArgument.Operands own =
        new GatedArgument.Operands(
            operands.weights(layer), operands.gate(layer), operands.bias(layer));
    return new GatedArgument(own, input, context, scratch, arrays);
  }

  @Override
  public LayerArgument output(OperandMatrices operands, int layer, AffineInput input) {
    return new BiasedArgument(operands.weights(layer), operands.bias(layer), input, context);
  }
}
