package io.lowtide.stream.alert;

import io.lowtide.stream.detection.SuppressionState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Withholds repeated alerts: after an alert of a key is published, further alerts of that key less
 * than the window away in event time are withheld and counted. Alerts without a key are never
 * withheld. Belongs to one task.
 */
public final class AlertSuppression {

  /** How long a count of withheld alerts is kept for the key's next alert. */
  static final Duration COUNT_RETENTION = Duration.ofDays(7);

  private final KeyValueStore<Bytes, SuppressionState> store;
  private final long window;

  /**
   * @param store what is known per key
   * @param window longer than zero
   */
  public AlertSuppression(KeyValueStore<Bytes, SuppressionState> store, Duration window) {
    this.store = store;
    this.window = window.toMillis();
  }

  /** What is known about a key's alerts, or null. */
  public SuppressionState stateOf(byte[] key) {
    return key == null ? null : store.get(Bytes.wrap(key));
  }

  /** Whether an alert at an event time repeats the published one. */
  public boolean isRepeat(SuppressionState state, long eventTime) {
    return Math.abs(eventTime - state.publishedAt()) < window;
  }

  /** Remembers that an alert was withheld. */
  public void withheld(byte[] key, SuppressionState state) {
    store.put(Bytes.wrap(key), new SuppressionState(state.publishedAt(), state.suppressed() + 1));
  }

  /** Remembers that an alert was published. */
  public void published(byte[] key, SuppressionState state, long eventTime) {
    if (key == null) {
      return;
    }
    // A late record must not reopen the window of a newer alert.
    long latest = state == null ? eventTime : Math.max(eventTime, state.publishedAt());
    store.put(Bytes.wrap(key), new SuppressionState(latest, 0));
  }

  /** Forgets keys whose window is over, so that the store stays as small as the trouble is. */
  public void forgetBefore(long streamTime) {
    List<Bytes> over = new ArrayList<>();
    try (KeyValueIterator<Bytes, SuppressionState> all = store.all()) {
      while (all.hasNext()) {
        KeyValue<Bytes, SuppressionState> entry = all.next();
        long age = streamTime - entry.value.publishedAt();
        boolean countIsOwed = entry.value.suppressed() > 0;
        if (age >= (countIsOwed ? Math.max(window, COUNT_RETENTION.toMillis()) : window)) {
          over.add(entry.key);
        }
      }
    }
    over.forEach(store::delete);
  }
}
