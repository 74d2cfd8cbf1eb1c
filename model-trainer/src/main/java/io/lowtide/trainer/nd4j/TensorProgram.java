package io.lowtide.trainer.nd4j;

import java.util.ArrayList;
import java.util.List;

/** Operations that run one after the other. */
final class TensorProgram implements TensorOp {

  private final List<TensorOp> ops = new ArrayList<>();

  /** Appends an operation. */
  public TensorProgram add(TensorOp op) {
    ops.add(op);
    return this;
  }

  @Override
  public void run() {
    for (TensorOp op : ops) {
      op.run();
    }
  }
}
