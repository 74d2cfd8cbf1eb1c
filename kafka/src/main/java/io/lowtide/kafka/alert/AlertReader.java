package io.lowtide.kafka.alert;

import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.topic.StartingPoint;
import io.lowtide.schemas.AnomalyAlert;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Reads committed alerts from the beginning of their topic, without joining a group. */
public final class AlertReader implements AutoCloseable {

  private final MessageReader<AnomalyAlert> reader;

  /**
   * @param connection how to reach Kafka and the registry
   * @param topic the alerts topic
   */
  public AlertReader(ConnectionSettings connection, String topic) {
    this.reader =
        new MessageReader<>(connection, topic, AnomalyAlert.class, new StartingPoint.Beginning());
  }

  /**
   * Reads alerts, those of each partition in order.
   *
   * @param follow whether to wait for more at the end, until {@link #stop} or the calling thread is
   *     interrupted
   * @param limit number of alerts after which to end
   * @param alerts receives them
   * @throws io.lowtide.kafka.topic.TopicException if the topic does not exist and is not to be
   *     waited for
   */
  public void read(boolean follow, long limit, Consumer<AnomalyAlert> alerts) {
    if (limit > 0) {
      reader.read(follow, upTo(limit, alerts));
    }
  }

  /** Makes {@link #read} return soon; to be called from another thread. */
  public void stop() {
    reader.stop();
  }

  private static Predicate<AnomalyAlert> upTo(long limit, Consumer<AnomalyAlert> alerts) {
    return new Predicate<>() {
      private long read;

      @Override
      public boolean test(AnomalyAlert alert) {
        alerts.accept(alert);
        read++;
        return read < limit;
      }
    };
  }

  @Override
  public void close() {
    reader.close();
  }
}
