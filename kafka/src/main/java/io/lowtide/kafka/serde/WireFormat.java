package io.lowtide.kafka.serde;

import java.nio.ByteBuffer;

/**
 * Confluent's wire format: the byte 0, the schema's id as four bytes, big-endian, then the record
 * in Avro's binary encoding.
 */
public final class WireFormat {

  /** First byte of every message. */
  public static final byte MAGIC = 0;

  /** Bytes in front of the Avro encoding. */
  public static final int HEADER_LENGTH = 5;

  private WireFormat() {}

  /**
   * Reads the id of the schema that a message was written with.
   *
   * @throws WireFormatException if the message is shorter than the header or starts with another
   *     byte
   */
  public static int schemaId(byte[] message) {
    if (message.length < HEADER_LENGTH) {
      throw WireFormatException.tooShort(message.length);
    }
    if (message[0] != MAGIC) {
      throw WireFormatException.wrongMagic(message[0]);
    }
    return ByteBuffer.wrap(message).getInt(1);
  }

  /** The header of a message whose schema has this id. */
  static byte[] header(int schemaId) {
    return ByteBuffer.allocate(HEADER_LENGTH).put(MAGIC).putInt(schemaId).array();
  }
}
