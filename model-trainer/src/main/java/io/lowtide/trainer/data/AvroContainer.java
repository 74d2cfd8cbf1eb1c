package io.lowtide.trainer.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.InvalidNumberEncodingException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Checks that an Avro object container is whole, whatever its codec. Avro's own reader takes a
 * block that is cut short for the end of the file.
 */
final class AvroContainer {

  private static final byte[] MAGIC = {'O', 'b', 'j', 1};
  private static final int SYNC = 16;

  private AvroContainer() {}

  /**
   * Walks over its blocks.
   *
   * @param name of the file, for messages
   * @return number of its records
   * @throws DataException if it is none, is cut short, or has bytes behind it
   * @throws IOException if the bytes cannot be read
   */
  static long requireWhole(String name, InputStream bytes) throws IOException {
    BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, null);
    byte[] sync = new byte[SYNC];
    long records = 0;
    try {
      byte[] magic = new byte[MAGIC.length];
      decoder.readFixed(magic);
      if (!Arrays.equals(magic, MAGIC)) {
        throw new DataException(
            name + ": not an Avro object container, which begins with the letters Obj");
      }
      for (long count = decoder.readMapStart(); count > 0; count = decoder.mapNext()) {
        for (long i = 0; i < count; i++) {
          decoder.readString(null);
          decoder.skipBytes();
        }
      }
      decoder.readFixed(sync);
    } catch (EOFException e) {
      throw new DataException(name + ": cut short in its header, expected a whole container", e);
    }
    byte[] mark = new byte[SYNC];
    while (!decoder.isEnd()) {
      try {
        long count = decoder.readLong();
        long size = decoder.readLong();
        if (count < 0 || size < 0) {
          throw behind(name, records, null);
        }
        for (long left = size; left > 0; left -= Integer.MAX_VALUE) {
          decoder.skipFixed((int) Math.min(left, Integer.MAX_VALUE));
        }
        decoder.readFixed(mark);
        if (!Arrays.equals(mark, sync)) {
          throw behind(name, records, null);
        }
        records += count;
      } catch (EOFException e) {
        throw new DataException(
            name + ": cut short behind record " + records + ", expected a whole container", e);
      } catch (AvroRuntimeException | InvalidNumberEncodingException e) {
        throw behind(name, records, e);
      }
    }
    return records;
  }

  private static DataException behind(String name, long records, Exception cause) {
    return new DataException(
        name
            + ": behind record "
            + records
            + " are bytes of no block, expected a whole container and nothing behind it",
        cause);
  }
}
