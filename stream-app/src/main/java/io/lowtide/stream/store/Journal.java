package io.lowtide.stream.store;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Values by key, many in one entry of a store of Kafka Streams, and so under its transactions. A
 * message of the changelog costs about as much whether it holds one value or twenty, so that many
 * keys at once are cheaper this way. Belongs to one task.
 *
 * <p>It is a log: what changes is appended to the last chunk, and the latest value of a key counts.
 * The store is to be cached, so that a chunk is written once in a transaction. Chunks go in the
 * order in which they came; what still counts of one that goes is appended again. So the removal of
 * a key need not be kept longer than its own chunk: values from before are gone by then. No more is
 * held than twice what counts, and a few chunks.
 */
final class Journal {

  private static final byte VERSION = 1;
  private static final int SMALLEST_CHUNK = 512;
  private static final int LARGEST_CHUNK = 4_096;

  /** Bytes that need not count before a chunk goes. */
  private static final int SLACK = 4 * LARGEST_CHUNK;

  /** The lengths of key and value, each with one added: 0 is an end, or a removal. */
  private static final int HEAD_LENGTH = Short.BYTES + Integer.BYTES;

  private final KeyValueStore<Bytes, byte[]> store;
  private final byte name;
  private final Map<Bytes, Place> places = new HashMap<>();
  private final Deque<Chunk> chunks = new ArrayDeque<>();
  private long held;
  private long counting;

  /**
   * Where the latest value of a key is.
   *
   * @param at where the entry begins in the chunk
   * @param length of the entry
   */
  private record Place(Chunk chunk, int at, int length) {}

  /** Entries one after another, behind the version; zeros follow. */
  private static final class Chunk {

    private final long number;
    private byte[] bytes;
    private int end;

    Chunk(long number, byte[] bytes) {
      this.number = number;
      this.bytes = bytes;
      this.end = 1;
    }

    static Chunk empty(long number, int length) {
      byte[] bytes = new byte[Math.max(SMALLEST_CHUNK, 1 + length)];
      bytes[0] = VERSION;
      return new Chunk(number, bytes);
    }

    boolean hasRoomFor(int length) {
      return end + length <= Math.max(bytes.length, LARGEST_CHUNK);
    }

    /** Appends an entry, touches nothing that was there before, and says where it begins. */
    int append(byte[] key, byte[] value, int length) {
      if (end + length > bytes.length) {
        bytes =
            Arrays.copyOf(bytes, Math.min(LARGEST_CHUNK, Math.max(2 * bytes.length, end + length)));
      }
      ByteBuffer entry =
          ByteBuffer.wrap(bytes, end, length)
              .putShort((short) (1 + key.length))
              .putInt(value == null ? 0 : 1 + value.length)
              .put(key);
      if (value != null) {
        entry.put(value);
      }
      end += length;
      return end - length;
    }
  }

  /**
   * Goes on from what the store holds.
   *
   * @param store may hold other journals and entries, too
   * @param name what the keys of its entries begin with; eight bytes follow
   */
  Journal(KeyValueStore<Bytes, byte[]> store, byte name) {
    this.store = store;
    this.name = name;
    try (KeyValueIterator<Bytes, byte[]> entries = store.range(key(0), key(Long.MAX_VALUE))) {
      entries.forEachRemaining(entry -> resume(entry.key, entry.value));
    }
  }

  private void resume(Bytes key, byte[] stored) {
    if (stored[0] != VERSION) {
      throw new SerializationException(
          "journal " + (char) name + ": stored in version " + stored[0] + ", expected " + VERSION);
    }
    // Copied: it is appended to, and the store may hold on to its own.
    Chunk chunk = new Chunk(ByteBuffer.wrap(key.get(), 1, Long.BYTES).getLong(), stored.clone());
    chunks.add(chunk);
    for (int length; (length = lengthAt(chunk, chunk.end)) > 0; chunk.end += length) {
      enter(keyAt(chunk, chunk.end), new Place(chunk, chunk.end, length));
    }
  }

  /** The latest value of a key. */
  Optional<byte[]> get(Bytes key) {
    return Optional.ofNullable(places.get(key)).map(Journal::value);
  }

  /** The latest values of all keys, in no particular order. */
  void forEach(BiConsumer<Bytes, byte[]> visitor) {
    places.forEach((key, place) -> visitor.accept(key, value(place)));
  }

  /** From now on that is the value of a key. */
  void put(Bytes key, byte[] value) {
    append(key, value);
    clean();
  }

  /** From now on a key has no value. */
  void remove(Bytes key) {
    if (places.containsKey(key)) {
      append(key, null);
      clean();
    }
  }

  private void append(Bytes key, byte[] value) {
    int length = HEAD_LENGTH + key.get().length + (value == null ? 0 : value.length);
    Chunk last = chunks.peekLast();
    if (last == null || !last.hasRoomFor(length)) {
      last = Chunk.empty(last == null ? 0 : last.number + 1, length);
      chunks.add(last);
    }
    enter(key, new Place(last, last.append(key.get(), value, length), length));
    store.put(key(last.number), last.bytes);
  }

  /** Takes note of an entry behind all others. */
  private void enter(Bytes key, Place place) {
    boolean hasValue = valueLength(place.chunk(), place.at()) >= 0;
    Place before = hasValue ? places.put(key, place) : places.remove(key);
    counting += (hasValue ? place.length() : 0) - (before == null ? 0 : before.length());
    held += place.length();
  }

  private void clean() {
    while (chunks.size() > 1 && held > 2 * counting + SLACK) {
      Chunk first = chunks.remove();
      for (int at = 1, length; at < first.end; at += length) {
        length = lengthAt(first, at);
        Bytes key = keyAt(first, at);
        Place place = new Place(first, at, length);
        if (place.equals(places.get(key))) {
          append(key, value(place));
        }
        held -= length;
      }
      store.delete(key(first.number));
    }
  }

  private Bytes key(long chunk) {
    return Bytes.wrap(ByteBuffer.allocate(1 + Long.BYTES).put(name).putLong(chunk).array());
  }

  /** Length of an entry, or 0 where there is none. */
  private static int lengthAt(Chunk chunk, int at) {
    if (at + HEAD_LENGTH > chunk.bytes.length || keyLength(chunk, at) < 0) {
      return 0;
    }
    return HEAD_LENGTH + keyLength(chunk, at) + Math.max(0, valueLength(chunk, at));
  }

  private static int keyLength(Chunk chunk, int at) {
    return Short.toUnsignedInt(ByteBuffer.wrap(chunk.bytes).getShort(at)) - 1;
  }

  /** -1 for a removal. */
  private static int valueLength(Chunk chunk, int at) {
    return ByteBuffer.wrap(chunk.bytes).getInt(at + Short.BYTES) - 1;
  }

  private static Bytes keyAt(Chunk chunk, int at) {
    int begin = at + HEAD_LENGTH;
    return Bytes.wrap(Arrays.copyOfRange(chunk.bytes, begin, begin + keyLength(chunk, at)));
  }

  private static byte[] value(Place place) {
    int end = place.at() + place.length();
    int length = valueLength(place.chunk(), place.at());
    return Arrays.copyOfRange(place.chunk().bytes, end - length, end);
  }
}
