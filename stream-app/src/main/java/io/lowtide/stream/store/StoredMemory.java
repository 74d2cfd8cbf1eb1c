package io.lowtide.stream.store;

import io.lowtide.stream.detection.KeyMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What is remembered of each key, in a store of Kafka Streams and so under its transactions.
 * Records without a key count as of one key. Belongs to one task.
 *
 * @param <T> what is remembered of one key
 */
public final class StoredMemory<T> implements KeyMemory<T> {

  private final KeyValueStore<Bytes, T> store;

  /**
   * @param store what is remembered by key
   */
  public StoredMemory(KeyValueStore<Bytes, T> store) {
    this.store = store;
  }

  @Override
  public Optional<T> of(byte[] key) {
    return Optional.ofNullable(store.get(StoreKeys.of(key)));
  }

  @Override
  public void remember(byte[] key, T known) {
    store.put(StoreKeys.of(key), known);
  }

  /** Forgets the keys of which nothing is of use any more, so that the store stays small. */
  public void forgetIf(Predicate<T> over) {
    List<Bytes> forgotten = new ArrayList<>();
    try (KeyValueIterator<Bytes, T> all = store.all()) {
      while (all.hasNext()) {
        KeyValue<Bytes, T> entry = all.next();
        if (over.test(entry.value)) {
          forgotten.add(entry.key);
        }
      }
    }
    forgotten.forEach(store::delete);
  }
}
