package io.lowtide.density.drift;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Writes small counts in few bytes: seven bits in each, the lowest first. */
final class Counts {

  private static final int MORE = 0x80;

  private Counts() {}

  static void write(DataOutput out, int count) throws IOException {
    int rest = count;
    while (rest >= MORE) {
      out.writeByte(rest | MORE);
      rest >>>= 7;
    }
    out.writeByte(rest);
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
