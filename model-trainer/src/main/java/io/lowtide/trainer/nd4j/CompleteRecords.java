package io.lowtide.trainer.nd4j;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Every record has every component. */
final class CompleteRecords implements Presence {

  private static final int[] NONE = {};

  private final double[] values;

  /**
   * @param arrays says how many records there are
   * @param dimensions d
   */
  CompleteRecords(BatchArrays arrays, int dimensions) {
    this.values = new double[arrays.records() * dimensions];
    Arrays.fill(values, 1);
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
  public int absent(int record) {
    return 0;
  }

  @Override
  public void restrict(FieldProgram program, INDArray rows) {}
}
