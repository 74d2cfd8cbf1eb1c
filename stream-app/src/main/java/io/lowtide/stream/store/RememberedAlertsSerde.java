package io.lowtide.stream.store;

import io.lowtide.density.suppression.SuppressionState;
import io.lowtide.density.suppression.SuppressionState.Published;
import io.lowtide.schemas.SeverityLevel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serdes;

/**
 * The order, the number withheld, then the event times, and at last the levels in one number, two
 * bits for each alert and the sign; big-endian, eight bytes each. What versions before stored has
 * no levels; they take them for an event time that nothing is near to.
 */
public final class RememberedAlertsSerde extends Serdes.WrapperSerde<RememberedAlerts> {

  /** One event time and the number withheld: what the first versions stored. */
  private static final int OLD_LENGTH = 2 * Long.BYTES;

  /** The sign, which no event time has; levels follow in the lowest bits, the first alert first. */
  private static final long LEVELS = Long.MIN_VALUE;

  private static final int BITS = 2;

  /** Of alerts that were stored without: they go on withholding what they withheld. */
  private static final SeverityLevel UNKNOWN = SeverityLevel.CRITICAL;

  /** Needs no configuration. */
  public RememberedAlertsSerde() {
    super((topic, alerts) -> encode(alerts), (topic, bytes) -> decode(bytes));
  }

  static byte[] encode(RememberedAlerts alerts) {
    if (alerts == null) {
      return null;
    }
    List<Published> published = alerts.state().published();
    ByteBuffer buffer =
        ByteBuffer.allocate((3 + published.size()) * Long.BYTES)
            .putLong(alerts.order())
            .putLong(alerts.state().suppressed());
    long levels = LEVELS;
    for (int i = 0; i < published.size(); i++) {
      buffer.putLong(published.get(i).eventTime());
      levels |= (long) published.get(i).level().ordinal() << BITS * i;
    }
    return buffer.putLong(levels).array();
  }

  static RememberedAlerts decode(byte[] bytes) {
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
      List<Published> published = List.of(new Published(buffer.getLong(), UNKNOWN));
      return new RememberedAlerts(0, new SuppressionState(published, buffer.getLong()));
    }
    long order = buffer.getLong();
    long suppressed = buffer.getLong();
    long last = buffer.getLong(bytes.length - Long.BYTES);
    boolean withLevels = last < LEVELS / 2;
    int count = buffer.remaining() / Long.BYTES - (withLevels ? 1 : 0);
    List<Published> published = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      published.add(new Published(buffer.getLong(), withLevels ? level(last, i) : UNKNOWN));
    }
    return new RememberedAlerts(order, new SuppressionState(published, suppressed));
  }

  private static SeverityLevel level(long levels, int index) {
    return SeverityLevel.values()[(int) (levels >> BITS * index) & 3];
  }
}
