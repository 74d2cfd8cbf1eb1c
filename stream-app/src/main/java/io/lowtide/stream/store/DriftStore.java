package io.lowtide.stream.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lowtide.stream.drift.DriftMemory;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What the watches over drift have seen, in a store of Kafka Streams and so under its transactions.
 */
public final class DriftStore implements DriftMemory {

  private static final byte BLOCKS = 'b';
  private static final byte OPEN = 'o';
  private static final byte GROUP = 'g';

  private final KeyValueStore<Bytes, byte[]> store;

  /**
   * @param store what is stored
   */
  public DriftStore(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
  }

  @Override
  public List<Remembered> all() {
    List<Remembered> all = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> entries = store.all()) {
      while (entries.hasNext()) {
        KeyValue<Bytes, byte[]> entry = entries.next();
        if (entry.key.get()[0] == BLOCKS) {
          String group = group(entry.key.get());
          all.add(new Remembered(group, entry.value, store.get(key(OPEN, group))));
        }
      }
    }
    return all;
  }

  @Override
  public void rememberBlocks(String group, byte[] blocks) {
    store.put(key(BLOCKS, group), blocks);
  }

  @Override
  public void rememberOpen(String group, byte[] open) {
    store.put(key(OPEN, group), open);
  }

  @Override
  public void forget(String group) {
    store.delete(key(BLOCKS, group));
    store.delete(key(OPEN, group));
  }

  /** The shorter one, of all records, comes first. */
  private static Bytes key(byte part, String group) {
    if (group == null) {
      return Bytes.wrap(new byte[] {part});
    }
    byte[] name = group.getBytes(UTF_8);
    byte[] key = new byte[2 + name.length];
    key[0] = part;
    key[1] = GROUP;
    System.arraycopy(name, 0, key, 2, name.length);
    return Bytes.wrap(key);
  }

  private static String group(byte[] key) {
    return key.length == 1 ? null : new String(key, 2, key.length - 2, UTF_8);
  }
}
