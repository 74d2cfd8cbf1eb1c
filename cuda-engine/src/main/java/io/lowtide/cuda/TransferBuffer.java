package io.lowtide.cuda;

import com.sun.jna.Pointer;
import io.lowtide.trainer.engine.Precision;

/**
 * Memory of the device with its like on the machine, cut into arrays that are copied together. The
 * arrays hold numbers of one precision; on this side of the seam they are doubles.
 */
final class TransferBuffer implements AutoCloseable {

  /** Every array starts at a multiple of it, in bytes. */
  private static final int ALIGNMENT = 256;

  private final CudaDevice device;
  private final Precision precision;
  private final int bytesOfNumber;
  private final long[] offsets;
  private final long bytes;
  private final long address;
  private final Pointer host;
  private final float[] floats;

  /**
   * @param lengths of the arrays, in numbers
   */
  TransferBuffer(CudaDevice device, Precision precision, int... lengths) {
    this.device = device;
    this.precision = precision;
    this.bytesOfNumber = precision == Precision.SINGLE ? Float.BYTES : Double.BYTES;
    this.offsets = new long[lengths.length];
    long end = 0;
    int longest = 0;
    for (int i = 0; i < lengths.length; i++) {
      offsets[i] = end;
      long size = (long) lengths[i] * bytesOfNumber;
      end += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
      longest = Math.max(longest, lengths[i]);
    }
    this.bytes = end;
    this.floats = new float[precision == Precision.SINGLE ? longest : 0];
    this.host = device.allocateHost(bytes);
    this.address = device.allocate(bytes);
  }

  /** Where an array is on the device. */
  long address(int array) {
    return address + offsets[array];
  }

  /** Puts an array on the machine's side. */
  void put(int array, double[] values) {
    switch (precision) {
      case SINGLE -> {
        for (int i = 0; i < values.length; i++) {
          floats[i] = (float) values[i];
        }
        host.write(offsets[array], floats, 0, values.length);
      }
      case DOUBLE -> host.write(offsets[array], values, 0, values.length);
    }
  }

  /** Reads the beginning of an array on the machine's side. */
  void get(int array, double[] values) {
    switch (precision) {
      case SINGLE -> {
        host.read(offsets[array], floats, 0, values.length);
        for (int i = 0; i < values.length; i++) {
          values[i] = floats[i];
        }
      }
      case DOUBLE -> host.read(offsets[array], values, 0, values.length);
    }
  }

  void upload(Pointer stream) {
    device.upload(address, host, bytes, stream);
  }

  void download(Pointer stream) {
    device.download(host, address, bytes, stream);
  }

  @Override
  public void close() {
    device.freeHost(host);
    device.free(address);
  }
}
