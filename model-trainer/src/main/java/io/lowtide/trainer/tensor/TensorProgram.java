package io.lowtide.trainer.tensor;

import java.util.ArrayList;
import java.util.List;

/** Operations that run one after the other. */
public final class TensorProgram implements TensorOp {

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
