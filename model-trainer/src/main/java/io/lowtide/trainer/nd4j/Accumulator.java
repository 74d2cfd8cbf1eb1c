package io.lowtide.trainer.nd4j;

import static io.lowtide.trainer.nd4j.TensorOps.copy;
import static io.lowtide.trainer.nd4j.TensorOps.multiply;
import static io.lowtide.trainer.nd4j.TensorOps.scale;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A sum that the parts of one program add to. The first of them overwrites what the array held,
 * which spares setting it to 0.
 */
final class Accumulator {

  private final INDArray total;
  private boolean begun;

  Accumulator(INDArray total) {
    this.total = total;
  }

  /**
   * A sum that starts with x.
   *
   * @param total where it is found, as large as x
   */
  static Accumulator startingWith(FieldProgram program, INDArray x, INDArray total) {
    program.add(copy(x, total));
    Accumulator accumulator = new Accumulator(total);
    accumulator.begun = true;
    return accumulator;
  }

  /** Where the sum is found. */
  INDArray total() {
    return total;
  }

  /** Adds factor x. */
  void addScaled(FieldProgram program, double factor, INDArray x) {
    program.add(first() ? scale(factor, x, total) : TensorOps.addScaled(factor, x, total));
  }

  /**
   * Adds a o b, elementwise.
   *
   * @param scratch as large as they are
   */
  void addMultiplied(FieldProgram program, INDArray a, INDArray b, INDArray scratch) {
    if (first()) {
      program.add(multiply(a, b, total));
    } else {
      program.add(multiply(a, b, scratch)).add(TensorOps.addScaled(1, scratch, total));
    }
  }

  /** Adds alpha a b. */
  void addProduct(FieldProgram program, double alpha, INDArray a, INDArray b) {
    program.add(new MatrixProduct(a, false, b, false, total, alpha, first() ? 0 : 1));
  }

  /** Adds alpha a b'. */
  void addProductTransposed(FieldProgram program, double alpha, INDArray a, INDArray b) {
    program.add(new MatrixProduct(a, false, b, true, total, alpha, first() ? 0 : 1));
  }

  private boolean first() {
    boolean first = !begun;
    begun = true;
    return first;
  }
}
