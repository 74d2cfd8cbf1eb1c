package io.lowtide.stream.store;

import io.lowtide.density.suppression.SuppressionState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serdes;

/** The order, the number withheld, then the event times; big-endian, eight bytes each. */
public final class RememberedAlertsSerde extends Serdes.WrapperSerde<RememberedAlerts> {

  /** One event time and the number withheld: what the first versions stored. */
  private static final int OLD_LENGTH = 2 * Long.BYTES;

  /** Needs no configuration. */
  public RememberedAlertsSerde() {
    super((topic, alerts) -> encode(alerts), (topic, bytes) -> decode(bytes));
  }

  private static byte[] encode(RememberedAlerts alerts) {
    if (alerts == null) {
      return null;
    }
    List<Long> published = alerts.state().published();
    ByteBuffer buffer =
        ByteBuffer.allocate((2 + published.size()) * Long.BYTES)
            .putLong(alerts.order())
            .putLong(alerts.state().suppressed());
    published.forEach(buffer::putLong);
    return buffer.array();
  }

  private static RememberedAlerts decode(byte[] bytes) {
    if (bytes == null) {
      return null;
    }
    if (bytes.length < OLD_LENGTH || bytes.length % Long.BYTES != 0) {
      throw new SerializationException(
          "alerts of a key in "
              + bytes.length
              + " bytes, expected a multiple of 8, at least "
              + OLD_LENGTH);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (bytes.length == OLD_LENGTH) {
      List<Long> published = List.of(buffer.getLong());
      return new RememberedAlerts(0, new SuppressionState(published, buffer.getLong()));
    }
    long order = buffer.getLong();
    long suppressed = buffer.getLong();
    List<Long> published = new ArrayList<>();
    while (buffer.hasRemaining()) {
      published.add(buffer.getLong());
    }
    return new RememberedAlerts(order, new SuppressionState(published, suppressed));
  }
}
