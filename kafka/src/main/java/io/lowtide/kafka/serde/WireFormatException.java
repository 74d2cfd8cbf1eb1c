package io.lowtide.kafka.serde;

import org.apache.kafka.common.errors.SerializationException;

/** Bytes that are not in Confluent's wire format: too short, or with another magic byte. */
public final class WireFormatException extends SerializationException {

  private final int found;

  private WireFormatException(String message, int found) {
    super(message);
    this.found = found;
  }

  static WireFormatException tooShort(int length) {
    return new WireFormatException(
        "The message has "
            + length
            + " bytes, fewer than the "
            + WireFormat.HEADER_LENGTH
            + " of the header",
        length);
  }

  static WireFormatException wrongMagic(byte magic) {
    return new WireFormatException(
        "The message starts with byte "
            + Byte.toUnsignedInt(magic)
            + ", expected "
            + WireFormat.MAGIC
            + ": it was not written in the schema registry's wire format",
        Byte.toUnsignedInt(magic));
  }

  /** What was found: the length of a message that is too short, else its first byte, 1 to 255. */
  public int found() {
    return found;
  }
}
