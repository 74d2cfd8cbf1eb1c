package io.lowtide.stream.output;

import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.utils.Utils;

/** How large a message is as a producer and a broker count it. */
public final class MessageSize {

  /** A batch of its own, and the lengths and numbers of the record at their longest. */
  private static final int OVERHEAD = 61 + 36;

  private static final int HEADER_OVERHEAD = 10;

  private MessageSize() {}

  /**
   * An upper bound in bytes, uncompressed.
   *
   * @param key or null
   * @param value or null
   */
  public static long of(byte[] key, byte[] value, Headers headers) {
    long size = OVERHEAD + length(key) + length(value);
    for (Header header : headers) {
      size += HEADER_OVERHEAD + Utils.utf8Length(header.key()) + length(header.value());
    }
    return size;
  }

  private static long length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
