package io.lowtide.stream.store;

import io.lowtide.stream.output.Sha256;
import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Bytes;

/**
 * Keys of records as keys of state stores. Records without a key count as of one key. A long key is
 * known by its hash, so that what is remembered always fits into a message of the changelog.
 */
final class StoreKeys {

  private static final int LONGEST = 4_096;
  private static final Bytes NO_KEY = Bytes.wrap(new byte[0]);

  private StoreKeys() {}

  static Bytes of(byte[] key) {
    if (key == null) {
      return NO_KEY;
    }
    return Bytes.wrap(shortened(key));
  }

  /** The same behind a byte that tells what is stored under it. */
  static Bytes of(byte kind, byte[] key) {
    byte[] known = shortened(key);
    return Bytes.wrap(ByteBuffer.allocate(1 + known.length).put(kind).put(known).array());
  }

  private static byte[] shortened(byte[] key) {
    return key.length <= LONGEST ? key : Sha256.digest(key);
  }
}
