package io.lowtide.trainer.nd4j;

import static io.lowtide.trainer.nd4j.TensorOps.addProductTransposed;
import static io.lowtide.trainer.nd4j.TensorOps.addScaled;
import static io.lowtide.trainer.nd4j.TensorOps.addTransposedProduct;
import static io.lowtide.trainer.nd4j.TensorOps.multiply;
import static io.lowtide.trainer.nd4j.TensorOps.productTransposed;
import static io.lowtide.trainer.nd4j.TensorOps.scale;
import static io.lowtide.trainer.nd4j.TensorOps.sigmoid;
import static io.lowtide.trainer.nd4j.TensorOps.timesOneMinus;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A hidden layer whose gate and bias come from the context c of each record: g = 2 sigmoid(r), with
 * r and b affine in c.
 */
final class GatedArgument implements LayerArgument {

  private final Operands operands;
  private final INDArray input;
  private final INDArray context;

  /** W x, B by n. */
  private final INDArray linear;

  /** g, B by n. */
  private final INDArray gate;

  /** dL/dg, B by n. */
  private final INDArray gateCotangent;

  /** u, B by n. */
  private final INDArray sensitivity;

  private final INDArray scratch;

  /**
   * What the layer is multiplied by.
   *
   * @param weights W, n by m
   * @param gate affine map from [c | 1] to r, n by k + 1
   * @param bias affine map from [c | 1] to b, n by k + 1
   */
  record Operands(OperandMatrix weights, OperandMatrix gate, OperandMatrix bias) {}

  /**
   * @param operands of n units
   * @param input x
   * @param context [c | 1]
   * @param scratch B by n
   * @param arrays makes further arrays
   */
  GatedArgument(
      Operands operands,
      AffineInput input,
      AffineInput context,
      INDArray scratch,
      BatchArrays arrays) {
    int units = operands.weights().value().rows();
    this.operands = operands;
    this.input = input.plain();
    this.context = context.withOne();
    this.scratch = scratch;
    this.linear = arrays.matrix(units);
    this.gate = arrays.matrix(units);
    this.gateCotangent = arrays.matrix(units);
    this.sensitivity = arrays.matrix(units);
  }

  @Override
  public OperandMatrix weights() {
    return operands.weights();
  }

  @Override
  public void forward(FieldProgram program, double factor, INDArray argument) {
    program
        .add(productTransposed(1, input, operands.weights().value(), linear))
        .add(productTransposed(1, context, operands.gate().value(), gate))
        .add(sigmoid(gate, gate))
        .add(scale(2, gate, gate))
        .add(multiply(linear, gate, argument))
        .add(addProductTransposed(1, context, operands.bias().value(), argument));
    if (factor != 1) {
      program.add(scale(factor, argument, argument));
    }
  }

  @Override
  public INDArray sensitivity(INDArray slope) {
    return sensitivity;
  }

  @Override
  public void forwardSensitivity(FieldProgram program, INDArray slope) {
    program.add(multiply(slope, gate, sensitivity));
  }

  @Override
  public void reverseSensitivity(FieldProgram program, INDArray slope, INDArray cotangent) {
    program
        .add(multiply(cotangent, slope, gateCotangent))
        .add(multiply(cotangent, gate, cotangent));
  }

  @Override
  public void reverse(FieldProgram program, INDArray cotangent) {
    program
        .addForParameters(addTransposedProduct(1, cotangent, context, operands.bias().gradient()))
        .addForParameters(multiply(cotangent, linear, scratch))
        .addForParameters(addScaled(1, scratch, gateCotangent))
        // g = 2 sigmoid(r), dg/dr = 2 (g/2) (1 - g/2).
        .addForParameters(scale(0.5, gate, scratch))
        .addForParameters(timesOneMinus(scratch, scratch))
        .addForParameters(multiply(gateCotangent, scratch, gateCotangent))
        .addForParameters(
            addTransposedProduct(2, gateCotangent, context, operands.gate().gradient()))
        .add(multiply(cotangent, gate, cotangent))
        .addForParameters(addTransposedProduct(1, cotangent, input, operands.weights().gradient()));
  }
}
