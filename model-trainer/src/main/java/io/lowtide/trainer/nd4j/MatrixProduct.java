package io.lowtide.trainer.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.ops.impl.reduce.Mmul;
import org.nd4j.linalg.factory.Nd4j;

/** C = alpha op(A) op(B) + beta C, where op transposes or does nothing; a GEMM or a GEMV. */
final class MatrixProduct implements TensorOp {

  private final Mmul op = new Mmul();
  private final OpContext context;

  MatrixProduct(
      INDArray a,
      boolean transposeA,
      INDArray b,
      boolean transposeB,
      INDArray c,
      double alpha,
      double beta) {
    context = Nd4j.getExecutioner().buildContext();
    context.setInputArray(0, a);
    context.setInputArray(1, b);
    context.setOutputArray(0, c);
    context.setIArguments(transposeA ? 1 : 0, transposeB ? 1 : 0, 0);
    context.setTArguments(alpha, beta);
  }

  @Override
  public void run() {
    Nd4j.getExecutioner().exec(op, context);
  }

  /** Computes with another alpha and beta, which stay in force. */
  public void run(double alpha, double beta) {
    context.setTArguments(alpha, beta);
    run();
  }
}
