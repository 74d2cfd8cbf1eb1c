package io.lowtide.stream.store;

import io.lowtide.density.suppression.SuppressionState;
import io.lowtide.stream.detection.KeyMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What is remembered of the alerts of each key, in a {@link Journal} and so under the transactions
 * of Kafka Streams. What an application from before there was one has stored stays where it is
 * until its key is remembered anew, or is to be forgotten. Belongs to one task.
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

  private static final byte JOURNAL = 'a';

  private final Journal journal;
  private final KeyValueStore<Bytes, RememberedAlerts> old;
  private final int capacity;
  private long next;

  /**
   * Goes on from what the stores hold.
   *
   * @param store where it is remembered from now on, beside what else is there
   * @param old what was remembered by key before there was a journal
   */
  public AlertMemory(
      KeyValueStore<Bytes, byte[]> store, KeyValueStore<Bytes, RememberedAlerts> old) {
    this(store, old, CAPACITY);
  }

  AlertMemory(
      KeyValueStore<Bytes, byte[]> store,
      KeyValueStore<Bytes, RememberedAlerts> old,
      int capacity) {
    this.journal = new Journal(store, JOURNAL);
    this.old = old;
    this.capacity = capacity;
    forEach((key, alerts) -> next = Math.max(next, alerts.order() + 1));
  }

  private void forEach(BiConsumer<Bytes, RememberedAlerts> visitor) {
    journal.forEach((key, alerts) -> visitor.accept(key, RememberedAlertsSerde.decode(alerts)));
    try (KeyValueIterator<Bytes, RememberedAlerts> all = old.all()) {
      all.forEachRemaining(entry -> visitor.accept(entry.key, entry.value));
    }
  }

  private Optional<RememberedAlerts> known(byte[] key) {
    Bytes known = StoreKeys.of(key);
    return journal
        .get(known)
        .map(RememberedAlertsSerde::decode)
        .or(() -> ofOld(known))
        .filter(alerts -> !isForgotten(alerts));
  }

  /** Mostly there are none, and that takes less time to see than to look up a key. */
  private Optional<RememberedAlerts> ofOld(Bytes key) {
    return old.approximateNumEntries() == 0 ? Optional.empty() : Optional.ofNullable(old.get(key));
  }

  @Override
  public Optional<SuppressionState> of(byte[] key) {
    return known(key).map(RememberedAlerts::state);
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
    return known(key).filter(alerts -> alerts.order() < anomalies).map(RememberedAlerts::state);
  }

  @Override
  public void remember(byte[] key, SuppressionState known) {
    Bytes stored = StoreKeys.of(key);
    journal.put(stored, RememberedAlertsSerde.encode(new RememberedAlerts(next, known)));
    forgetOld(stored);
    next++;
    if (next % Math.max(1, capacity / SWEEPS_PER_CAPACITY) == 0) {
      sweep();
    }
  }

  private void forgetOld(Bytes key) {
    ofOld(key).ifPresent(alerts -> old.delete(key));
  }

  private boolean isForgotten(RememberedAlerts alerts) {
    return next - alerts.order() > capacity;
  }

  private void sweep() {
    List<Bytes> forgotten = new ArrayList<>();
    forEach(
        (key, alerts) -> {
          if (isForgotten(alerts)) {
            forgotten.add(key);
          }
        });
    forgotten.forEach(
        key -> {
          journal.remove(key);
          forgetOld(key);
        });
  }
}
