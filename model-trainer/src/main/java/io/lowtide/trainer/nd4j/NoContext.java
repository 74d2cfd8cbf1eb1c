package io.lowtide.trainer.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;

/** An unconditional field: k is 0, and gates and biases are the same for every record. */
record NoContext() implements FieldContext {

  @Override
  public void set(double[] values) {}

  @Override
  public LayerArgument hidden(
      OperandMatrices operands, int layer, AffineInput input, INDArray scratch) {
    return output(operands, layer, input);
  }

  @Override
  public LayerArgument output(OperandMatrices operands, int layer, AffineInput input) {
    return new FoldedArgument(operands.weights(layer), operands.affine(layer), input);
  }
}
