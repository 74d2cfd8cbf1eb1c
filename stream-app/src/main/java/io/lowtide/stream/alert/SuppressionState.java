package io.lowtide.stream.alert;

import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * What is known about the alerts of one key.
 *
 * @param publishedAt event time of the last published alert, in milliseconds since 1970
 * @param suppressed alerts withheld since then
 */
public record SuppressionState(long publishedAt, long suppressed) {

  /** Sixteen bytes: the two numbers, big-endian. */
  public static Serde<SuppressionState> serde() {
    return Serdes.serdeFrom((topic, state) -> encode(state), (topic, bytes) -> decode(bytes));
  }

  private static byte[] encode(SuppressionState state) {
    return state == null
        ? null
        : ByteBuffer.allocate(2 * Long.BYTES)
            .putLong(state.publishedAt())
            .putLong(state.suppressed())
            .array();
  }

  private static SuppressionState decode(byte[] bytes) {
    if (bytes == null) {
      return null;
    }
    if (bytes.length != 2 * Long.BYTES) {
      throw new SerializationException(
          "suppression state of " + bytes.length + " bytes, expected " + 2 * Long.BYTES);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new SuppressionState(buffer.getLong(), buffer.getLong());
  }
}
