package io.lowtide.trainer.nd4j;

import java.util.Arrays;
import java.util.BitSet;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Every record has every component. */
final class CompleteRecords implements Presence {

  private static final int[] NONE = {};

  private final double[] values;
  private final BitSet all = new BitSet();

  /**
   * @param arrays says how many records there are
   * @param dimensions d
   */
  CompleteRecords(BatchArrays arrays, int dimensions) {
    this.values = new double[arrays.records() * dimensions];
    Arrays.fill(values, 1);
    all.set(0, dimensions);
  }

  @Override
  public int[] optional() {
    return NONE;
  }

  @Override
  public void set(double[] values) {}

  @Override
  public double[] values() {
    return values;
  }

  @Override
  public BitSet present(int record) {
    return all;
  }

  @Override
  public int absent(int record) {
    return 0;
  }

  @Override
  public void restrict(FieldProgram program, INDArray rows) {}
}
