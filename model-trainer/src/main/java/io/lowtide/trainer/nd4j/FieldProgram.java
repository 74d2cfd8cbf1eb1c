package io.lowtide.trainer.nd4j;

/** Operations that run in order, some of them only where parameter gradients are wanted. */
final class FieldProgram {

  private final TensorProgram always = new TensorProgram();
  private final TensorProgram withParameters = new TensorProgram();

  FieldProgram add(TensorOp op) {
    always.add(op);
    withParameters.add(op);
    return this;
  }

  FieldProgram addForParameters(TensorOp op) {
    withParameters.add(op);
    return this;
  }

  void run(boolean parameters) {
    (parameters ? withParameters : always).run();
  }
}
