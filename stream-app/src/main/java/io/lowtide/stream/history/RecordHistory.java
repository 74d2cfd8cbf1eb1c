package io.lowtide.stream.history;

import io.lowtide.density.feature.KeyHistory;
import io.lowtide.stream.detection.RememberedRecords;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Past records by key, for models that judge a record by those before it. Records without a key
 * count as of one key. Belongs to one task.
 */
public final class RecordHistory {

  private static final Bytes NO_KEY = Bytes.wrap(new byte[0]);

  private final KeyValueStore<Bytes, RememberedRecords> store;
  private final long retention;

  /**
   * @param store what is remembered by key
   * @param retention how far back, in event time, a key's latest record may lie to be remembered
   */
  public RecordHistory(KeyValueStore<Bytes, RememberedRecords> store, Duration retention) {
    this.store = store;
    this.retention = retention.toMillis();
  }

  /** What is remembered of a key, or null. */
  public RememberedRecords of(byte[] key) {
    return store.get(wrap(key));
  }

  /** What a record of that event time is judged by. */
  public KeyHistory at(long eventTime, RememberedRecords remembered) {
    return remembered == null || isOver(remembered, eventTime)
        ? KeyHistory.EMPTY
        : remembered.history();
  }

  /** Remembers what is known of a key from now on. */
  public void remember(byte[] key, RememberedRecords records) {
    store.put(wrap(key), records);
  }

  /** Takes away what is too old to be asked for, so that the store holds the keys in use. */
  public void forgetBefore(long streamTime) {
    List<Bytes> over = new ArrayList<>();
    try (KeyValueIterator<Bytes, RememberedRecords> all = store.all()) {
      while (all.hasNext()) {
        KeyValue<Bytes, RememberedRecords> entry = all.next();
        if (isOver(entry.value, streamTime)) {
          over.add(entry.key);
        }
      }
    }
    over.forEach(store::delete);
  }

  private boolean isOver(RememberedRecords remembered, long now) {
    return now - remembered.latest() > retention;
  }

  private static Bytes wrap(byte[] key) {
    return key == null ? NO_KEY : Bytes.wrap(key);
  }
}
