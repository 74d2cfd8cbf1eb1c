package io.lowtide.trainer.nd4j;

import static io.lowtide.trainer.nd4j.TensorOps.addProductTransposed;
import static io.lowtide.trainer.nd4j.TensorOps.addTransposedProduct;
import static io.lowtide.trainer.nd4j.TensorOps.productTransposed;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer without a gate, whose bias comes from the context of each record: the output layer.
 *
 * @param weights W, n by m
 * @param bias affine map from [c | 1] to b, n by k + 1
 * @param input x
 * @param context [c | 1]
 */
record BiasedArgument(
    OperandMatrix weights, OperandMatrix bias, AffineInput input, AffineInput context)
    implements LayerArgument {

  @Override
  public void forward(FieldProgram program, double factor, INDArray argument) {
    program
        .add(productTransposed(factor, input.plain(), weights.value(), argument))
        .add(addProductTransposed(factor, context.withOne(), bias.value(), argument));
  }

  @Override
  public void reverse(FieldProgram program, INDArray cotangent) {
    program
        .addForParameters(addTransposedProduct(1, cotangent, input.plain(), weights.gradient()))
        .addForParameters(addTransposedProduct(1, cotangent, context.withOne(), bias.gradient()));
  }
}
