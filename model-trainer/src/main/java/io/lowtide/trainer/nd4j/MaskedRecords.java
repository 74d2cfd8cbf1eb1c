package io.lowtide.trainer.nd4j;

import static io.lowtide.trainer.nd4j.TensorOps.multiply;

import java.util.Arrays;
import java.util.BitSet;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Records that may lack some of their components, by a mask of ones and zeros. */
final class MaskedRecords implements Presence {

  private final int records;
  private final int[] optional;
  private final double[] values;
  private final BitSet present = new BitSet();
  private final TensorBuffer buffer;
  private final INDArray mask;

  /**
   * @param arrays makes the arrays
   * @param dimensions d
   * @param optional components that a record may lack, ascending
   */
  MaskedRecords(BatchArrays arrays, int dimensions, int[] optional) {
    this.records = arrays.records();
    this.optional = optional.clone();
    this.values = new double[records * dimensions];
    this.buffer = arrays.buffer(dimensions);
    this.mask = buffer.matrix(0, records, dimensions);
    Arrays.fill(values, 1);
    buffer.upload(values, values.length);
  }

  @Override
  public int[] optional() {
    return optional;
  }

  @Override
  public void set(double[] values) {
    System.arraycopy(values, 0, this.values, 0, this.values.length);
    buffer.upload(values, this.values.length);
  }

  @Override
  public double[] values() {
    return values;
  }

  @Override
  public BitSet present(int record) {
    present.set(0, values.length / records);
    for (int component : optional) {
      present.set(component, values[component * records + record] != 0);
    }
    return present;
  }

  @Override
  public int absent(int record) {
    int count = 0;
    for (int component : optional) {
      count += values[component * records + record] == 0 ? 1 : 0;
    }
    return count;
  }

  @Override
  public void restrict(FieldProgram program, INDArray rows) {
    program.add(multiply(rows, mask, rows));
  }
}
