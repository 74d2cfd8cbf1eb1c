package io.lowtide.trainer.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarAdd;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarMultiplication;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarSet;
import org.nd4j.linalg.api.ops.impl.transforms.any.Assign;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.Axpy;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.MulOp;
import org.nd4j.linalg.api.ops.impl.transforms.same.Abs;
import org.nd4j.linalg.api.ops.impl.transforms.same.Square;
import org.nd4j.linalg.api.ops.impl.transforms.same.TimesOneMinus;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Exp;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Log1p;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sigmoid;
import org.nd4j.linalg.factory.Nd4j;

/** Bound tensor operations. An output may be one of the inputs, except of a product of matrices. */
final class TensorOps {

  private TensorOps() {}

  /** c = a b. */
  public static MatrixProduct product(INDArray a, INDArray b, INDArray c) {
    return new MatrixProduct(a, false, b, false, c, 1, 0);
  }

  /** c = alpha a b. */
  public static MatrixProduct product(double alpha, INDArray a, INDArray b, INDArray c) {
    return new MatrixProduct(a, false, b, false, c, alpha, 0);
  }

  /** c = alpha a b'. */
  public static MatrixProduct productTransposed(double alpha, INDArray a, INDArray b, INDArray c) {
    return new MatrixProduct(a, false, b, true, c, alpha, 0);
  }

  /** c += alpha a b'. */
  public static MatrixProduct addProductTransposed(
      double alpha, INDArray a, INDArray b, INDArray c) {
    return new MatrixProduct(a, false, b, true, c, alpha, 1);
  }

  /** c += alpha a' b. */
  public static MatrixProduct addTransposedProduct(
      double alpha, INDArray a, INDArray b, INDArray c) {
    return new MatrixProduct(a, true, b, false, c, alpha, 1);
  }

  /** out = x. */
  public static TensorOp copy(INDArray x, INDArray out) {
    return bound(new Assign(x, out));
  }

  /** Every element of out = value. */
  public static TensorOp fill(double value, INDArray out) {
    return bound(new ScalarSet(out, value));
  }

  /** out = factor x. */
  public static TensorOp scale(double factor, INDArray x, INDArray out) {
    return bound(new ScalarMultiplication(x, null, out, factor));
  }

  /** out = x + term. */
  public static TensorOp shift(double term, INDArray x, INDArray out) {
    return bound(new ScalarAdd(x, null, out, term));
  }

  /** y += factor x. */
  public static TensorOp addScaled(double factor, INDArray x, INDArray y) {
    return bound(new Axpy(x, y, y, factor));
  }

  /** out = a o b, elementwise. */
  public static TensorOp multiply(INDArray a, INDArray b, INDArray out) {
    return bound(new MulOp(), a, b, out);
  }

  /** out = x o x, elementwise. */
  public static TensorOp square(INDArray x, INDArray out) {
    return bound(new Square(x, out));
  }

  /** out = x (1 - x), elementwise. */
  public static TensorOp timesOneMinus(INDArray x, INDArray out) {
    return bound(new TimesOneMinus(x, out));
  }

  /** out = 1 / (1 + exp(-x)), elementwise. */
  public static TensorOp sigmoid(INDArray x, INDArray out) {
    return bound(new Sigmoid(x, out));
  }

  /**
   * x = log(1 + exp(x)), elementwise, as max(x, 0) + log(1 + exp(-|x|)), which does not overflow.
   *
   * @param scratch as large as {@code x}
   */
  public static TensorOp softplus(INDArray x, INDArray scratch) {
    return new TensorProgram()
        .add(bound(new Abs(x, scratch)))
        .add(scale(-1, scratch, scratch))
        .add(bound(new Exp(scratch, scratch)))
        .add(bound(new Log1p(scratch, scratch)))
        .add(bound(new RectifiedLinear(x, x, 0)))
        .add(addScaled(1, scratch, x));
  }

  private static TensorOp bound(Op op) {
    OpExecutioner executioner = Nd4j.getExecutioner();
    return () -> executioner.exec(op);
  }

  private static TensorOp bound(CustomOp op, INDArray a, INDArray b, INDArray out) {
    OpExecutioner executioner = Nd4j.getExecutioner();
    OpContext context = executioner.buildContext();
    context.setInputArray(0, a);
    context.setInputArray(1, b);
    context.setOutputArray(0, out);
    return () -> executioner.exec(op, context);
  }
}
