package io.lowtide.stream.refusal;

import io.lowtide.stream.metrics.StreamMetrics;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * Source records of which a message was refused, although messages are made to fit: the brokers
 * were told otherwise since, or have rules that nobody can ask for. The transaction is lost with
 * the message, so the records are read again; how often one was refused says what is done about it
 * then. Shared by all threads.
 */
public final class Refusals {

  private static final int MOST = 10_000;
  private static final int DEEPEST_CAUSE = 16;

  private final StreamMetrics metrics;
  private final Map<Place, Integer> times =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, Integer> eldest) {
          return size() > MOST;
        }
      };
  private volatile boolean any;

  /** A position in a source topic. */
  record Place(String topic, int partition, long offset) {}

  /**
   * @param metrics where refusals are counted
   */
  public Refusals(StreamMetrics metrics) {
    this.metrics = metrics;
  }

  /** Whether the fault is the refusal of a message for what it is. */
  public static boolean isRefusal(Throwable fault) {
    Throwable cause = fault;
    for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
      if (cause instanceof RecordTooLargeException
          || cause instanceof RecordBatchTooLargeException
          || cause instanceof InvalidTimestampException
          || cause instanceof InvalidRecordException) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  /**
   * A message was refused.
   *
   * @param place of its record, or null if that is not known
   */
  synchronized void note(Place place, Exception fault) {
    metrics.sendRefused(reason(fault));
    if (place != null) {
      times.merge(place, 1, Integer::sum);
    }
    any = true;
  }

  private static String reason(Exception fault) {
    if (fault instanceof InvalidTimestampException) {
      return "timestamp";
    }
    return fault instanceof InvalidRecordException ? "invalid" : "too_large";
  }

  /** Whether a message was refused: from then on each says where its record is. */
  public boolean any() {
    return any;
  }

  /** How often a message about the record at this position was refused. */
  public int of(String topic, int partition, long offset) {
    if (!any) {
      return 0;
    }
    synchronized (this) {
      return times.getOrDefault(new Place(topic, partition, offset), 0);
    }
  }
}
