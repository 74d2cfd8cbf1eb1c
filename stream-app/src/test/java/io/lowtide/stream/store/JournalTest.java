package io.lowtide.stream.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

class JournalTest {

  private static final byte NAME = 'j';
  private static final Bytes EMPTY_KEY = Bytes.wrap(new byte[0]);

  private final KeyValueStore<Bytes, byte[]> store = TestStores.ofBytes();
  private final Random random = new Random(1);
  private Journal journal = new Journal(store, NAME);

  private static Bytes key(int number) {
    return Bytes.wrap(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
  }

  private byte[] value(int length) {
    byte[] value = new byte[length];
    random.nextBytes(value);
    return value;
  }

  private static Map<Bytes, String> contents(Journal journal) {
    Map<Bytes, String> contents = new HashMap<>();
    journal.forEach((key, value) -> contents.put(key, Bytes.wrap(value).toString()));
    return contents;
  }

  private long bytesStored() {
    long bytes = 0;
    try (KeyValueIterator<Bytes, byte[]> entries = store.all()) {
      while (entries.hasNext()) {
        bytes += entries.next().value.length;
      }
    }
    return bytes;
  }

  @Test
  void shouldKnowTheLatestValueOfAKey() {
    journal.put(key(1), new byte[] {1});
    journal.put(EMPTY_KEY, new byte[0]);
    journal.put(key(1), new byte[] {2, 3});

    assertThat(journal.get(key(1))).hasValue(new byte[] {2, 3});
    assertThat(journal.get(EMPTY_KEY)).hasValue(new byte[0]);
    assertThat(journal.get(key(2))).isEmpty();
  }

  @Test
  void shouldKnowAKeyNoMoreThatWasRemoved() {
    journal.put(key(1), new byte[] {1});
    journal.remove(key(1));
    journal.remove(key(2));

    assertThat(journal.get(key(1))).isEmpty();
    assertThat(contents(new Journal(store, NAME))).isEmpty();
  }

  @Test
  void shouldHoldManyValuesInOneEntryOfTheStore() {
    for (int i = 0; i < 1_000; i++) {
      journal.put(key(i), value(40));
    }

    assertThat(store.approximateNumEntries()).isBetween(10L, 20L);
  }

  @Test
  void shouldHoldTheSameWhereverItIsOpenedAgain() {
    Map<Bytes, String> expected = new HashMap<>();
    for (int i = 0; i < 30_000; i++) {
      Bytes key = key(random.nextInt(300));
      if (random.nextInt(3) == 0) {
        journal.remove(key);
        expected.remove(key);
      } else {
        byte[] value = value(random.nextInt(i % 100 == 0 ? 20_000 : 200));
        journal.put(key, value);
        expected.put(key, Bytes.wrap(value).toString());
      }
      if (random.nextInt(500) == 0) {
        journal = new Journal(store, NAME);
      }
    }

    assertThat(contents(journal)).isEqualTo(expected);
    assertThat(contents(new Journal(store, NAME))).isEqualTo(expected);
  }

  @Test
  void shouldGiveUpTheRoomOfWhatCountsNoMore() {
    journal.put(key(-1), value(100));
    for (int i = 0; i < 100_000; i++) {
      journal.put(key(i), value(50));
      if (i >= 200) {
        journal.remove(key(i - 200));
      }
    }

    assertThat(contents(journal)).hasSize(201).containsKey(key(-1));
    assertThat(bytesStored()).isLessThan(2 * 201 * (100 + 10) + 6 * 4_096);
  }

  @Test
  void shouldLeaveOtherEntriesOfTheStoreAlone() {
    Bytes other = Bytes.wrap(new byte[] {NAME + 1});
    store.put(other, new byte[] {7});
    Journal second = new Journal(store, (byte) (NAME + 2));
    journal.put(key(1), new byte[] {1});
    second.put(key(1), new byte[] {2});

    assertThat(new Journal(store, NAME).get(key(1))).hasValue(new byte[] {1});
    assertThat(new Journal(store, (byte) (NAME + 2)).get(key(1))).hasValue(new byte[] {2});
    assertThat(store.get(other)).isEqualTo(new byte[] {7});
  }

  @Test
  void shouldSayThatItWasStoredByALaterApplication() {
    journal.put(key(1), new byte[] {1});
    byte[] chunk;
    try (KeyValueIterator<Bytes, byte[]> entries = store.all()) {
      chunk = entries.next().value;
    }
    chunk[0] = 9;

    assertThatThrownBy(() -> new Journal(store, NAME))
        .isInstanceOf(SerializationException.class)
        .hasMessage("journal j: stored in version 9, expected 1");
  }
}
