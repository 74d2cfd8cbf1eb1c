package io.lowtide.trainer.nd4j;

import static io.lowtide.trainer.nd4j.TensorOps.addTransposedProduct;
import static io.lowtide.trainer.nd4j.TensorOps.productTransposed;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Without a context every record has the same gates and the same bias: one product with [g o W | b]
 * gives the argument.
 *
 * @param weights g o W, n by m
 * @param affine [g o W | b], n by m + 1
 * @param input x and [x | 1]
 */
record FoldedArgument(OperandMatrix weights, OperandMatrix affine, AffineInput input)
    implements LayerArgument {

  @Override
  public void forward(FieldProgram program, double factor, INDArray argument) {
    program.add(productTransposed(factor, input.withOne(), affine.value(), argument));
  }

  @Override
  public void reverse(FieldProgram program, INDArray cotangent) {
    program.addForParameters(
        addTransposedProduct(1, cotangent, input.withOne(), affine.gradient()));
  }
}
