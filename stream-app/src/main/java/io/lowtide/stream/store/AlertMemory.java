package io.lowtide.stream.store;

import io.lowtide.density.suppression.SuppressionState;
import io.lowtide.stream.detection.KeyMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What is remembered of the alerts of each key, in a store of Kafka Streams and so under its
 * transactions. Belongs to one task.
 *
 * <p>A key is forgotten once so many anomalies have come since its last one, and for no other
 * reason: neither the dates of records nor the pace at which they are read have a say, so that the
 * same records in the same order are always judged alike. When what is forgotten leaves the store
 * makes no difference: a look-up does not find it before either.
 */
public final class AlertMemory implements KeyMemory<SuppressionState> {

  /** Some 50 MB of heap for as many keys. */
  private static final int CAPACITY = 250_000;

  private static final int SWEEPS_PER_CAPACITY = 8;

  private final KeyValueStore<Bytes, RememberedAlerts> store;
  private final int capacity;
  private long next;

  /**
   * Goes on from what the store holds.
   *
   * @param store what is remembered by key
   */
  public AlertMemory(KeyValueStore<Bytes, RememberedAlerts> store) {
    this(store, CAPACITY);
  }

  AlertMemory(KeyValueStore<Bytes, RememberedAlerts> store, int capacity) {
    this.store = store;
    this.capacity = capacity;
    try (KeyValueIterator<Bytes, RememberedAlerts> all = store.all()) {
      while (all.hasNext()) {
        next = Math.max(next, all.next().value.order() + 1);
      }
    }
  }

  @Override
  public Optional<SuppressionState> of(byte[] key) {
    return Optional.ofNullable(store.get(StoreKeys.of(key)))
        .filter(alerts -> !isForgotten(alerts))
        .map(RememberedAlerts::state);
  }

  /** How many anomalies have been remembered so far. */
  public long remembered() {
    return next;
  }

  /**
   * What is remembered of a key since before so many anomalies had been remembered.
   *
   * @param key null for the records without one
   * @param anomalies {@link #remembered} of then
   */
  public Optional<SuppressionState> since(byte[] key, long anomalies) {
    return Optional.ofNullable(store.get(StoreKeys.of(key)))
        .filter(alerts -> alerts.order() < anomalies && !isForgotten(alerts))
        .map(RememberedAlerts::state);
  }

  @Override
  public void remember(byte[] key, SuppressionState known) {
    store.put(StoreKeys.of(key), new RememberedAlerts(next, known));
    next++;
    if (next % Math.max(1, capacity / SWEEPS_PER_CAPACITY) == 0) {
      sweep();
    }
  }

  private boolean isForgotten(RememberedAlerts alerts) {
    return next - alerts.order() > capacity;
  }

  private void sweep() {
    List<Bytes> forgotten = new ArrayList<>();
    try (KeyValueIterator<Bytes, RememberedAlerts> all = store.all()) {
      while (all.hasNext()) {
        KeyValue<Bytes, RememberedAlerts> entry = all.next();
        if (isForgotten(entry.value)) {
          forgotten.add(entry.key);
        }
      }
    }
    forgotten.forEach(store::delete);
  }
}
