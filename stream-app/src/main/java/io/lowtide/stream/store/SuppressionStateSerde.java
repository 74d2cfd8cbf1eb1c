package io.lowtide.stream.store;

import io.lowtide.stream.detection.SuppressionState;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serdes;

/** Sixteen bytes: the two numbers, big-endian. */
public final class SuppressionStateSerde extends Serdes.WrapperSerde<SuppressionState> {

  /** Needs no configuration. */
  public SuppressionStateSerde() {
    super((topic, state) -> encode(state), (topic, bytes) -> decode(bytes));
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
