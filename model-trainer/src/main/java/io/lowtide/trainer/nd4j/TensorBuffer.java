package io.lowtide.trainer.nd4j;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A flat block of tensor memory, cut into column-major matrices, with copies from and to Java
 * arrays. Its memory is allocated once, outside every workspace, and released with the buffer.
 */
final class TensorBuffer {

  private final INDArray flat;
  private final int length;
  private final boolean single;
  private float[] staging = new float[0];

  /**
   * @param type {@link DataType#FLOAT} or {@link DataType#DOUBLE}
   * @param length number of elements, at least 1; all zero at first
   */
  public TensorBuffer(DataType type, int length) {
    if (type != DataType.FLOAT && type != DataType.DOUBLE) {
      throw new IllegalArgumentException("type: " + type + ", expected FLOAT or DOUBLE");
    }
    this.flat = Nd4j.create(type, new long[] {length}, 'f');
    this.length = length;
    this.single = type == DataType.FLOAT;
  }

  /** Number of elements. */
  public int length() {
    return length;
  }

  /** The whole block as a vector; shares its memory. */
  public INDArray vector() {
    return flat;
  }

  /** A part of the block as a vector; shares its memory. */
  public INDArray vector(int offset, int size) {
    return Nd4j.create(flat.data(), new long[] {size}, new long[] {1}, offset, 'f');
  }

  /** A part of the block as a column-major matrix; shares its memory. */
  public INDArray matrix(int offset, int rows, int columns) {
    return Nd4j.create(flat.data(), new long[] {rows, columns}, new long[] {1, rows}, offset, 'f');
  }

  /** Copies Java memory into the first {@code size} elements. */
  public void upload(double[] source, int size) {
    // On a GPU the host copy of the block is written, and tagged as the newer one.
    Nd4j.getAffinityManager().ensureLocation(flat, Location.HOST);
    if (!single) {
      ((DoublePointer) flat.data().pointer()).put(source, 0, size);
    } else {
      reserveStaging(size);
      for (int i = 0; i < size; i++) {
        staging[i] = (float) source[i];
      }
      ((FloatPointer) flat.data().pointer()).put(staging, 0, size);
    }
    Nd4j.getAffinityManager().tagLocation(flat, Location.HOST);
  }

  /** Copies the first {@code size} elements into Java memory. */
  public void download(double[] target, int size) {
    Nd4j.getExecutioner().commit();
    Nd4j.getAffinityManager().ensureLocation(flat, Location.HOST);
    if (!single) {
      ((DoublePointer) flat.data().pointer()).get(target, 0, size);
    } else {
      reserveStaging(size);
      ((FloatPointer) flat.data().pointer()).get(staging, 0, size);
      for (int i = 0; i < size; i++) {
        target[i] = staging[i];
      }
    }
  }

  private void reserveStaging(int size) {
    if (staging.length < size) {
      staging = new float[length];
    }
  }
}
