package io.lowtide.density.drift;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Writes small counts in few bytes: seven bits in each, the lowest first. */
final class Counts {

  /** Bytes of the largest count. */
  static final int LONGEST = 5;

  private static final int MORE = 0x80;

  private Counts() {}

  static void write(DataOutput out, int count) throws IOException {
    byte[] bytes = new byte[LONGEST];
    out.write(bytes, 0, put(count, bytes, 0));
  }

  /**
   * The same into an array, for many at once: a stream takes a lock for each byte.
   *
   * @param at where the count begins; it takes {@link #LONGEST} bytes at most
   * @return where it ends
   */
  static int put(int count, byte[] bytes, int at) {
    int end = at;
    int rest = count;
    while (rest >= MORE) {
      bytes[end++] = (byte) (rest | MORE);
      rest >>>= 7;
    }
    bytes[end++] = (byte) rest;
    return end;
  }

  static int read(DataInput in) throws IOException {
    int count = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += 7) {
      int next = in.readUnsignedByte();
      count |= (next & (MORE - 1)) << shift;
      if (next < MORE) {
        return count;
      }
    }
    throw new IOException("a count of more than five bytes");
  }
}
