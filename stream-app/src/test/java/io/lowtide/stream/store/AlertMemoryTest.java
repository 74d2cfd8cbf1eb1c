package io.lowtide.stream.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.suppression.SuppressionState;
import io.lowtide.schemas.SeverityLevel;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

class AlertMemoryTest {

  private static final int CAPACITY = 100;
  private static final byte[] KEY = {1};

  private final KeyValueStore<Bytes, byte[]> store = TestStores.ofBytes();
  private final KeyValueStore<Bytes, RememberedAlerts> old =
      TestStores.of(new RememberedAlertsSerde());
  private AlertMemory memory = open();

  private AlertMemory open() {
    return new AlertMemory(store, old, CAPACITY);
  }

  private static SuppressionState state(long published) {
    return new SuppressionState(
        List.of(new SuppressionState.Published(published, SeverityLevel.LOW)), 0);
  }

  private void rememberOthers(int from, int count) {
    for (int other = from; other < from + count; other++) {
      memory.remember(ByteBuffer.allocate(4).putInt(1_000 + other).array(), state(other));
    }
  }

  @Test
  void shouldForgetAKeyAfterSoManyAnomaliesWhateverTheirDates() {
    memory.remember(KEY, state(7));

    rememberOthers(0, CAPACITY - 1);
    assertThat(memory.of(KEY)).hasValue(state(7));
    rememberOthers(CAPACITY - 1, 1);
    assertThat(memory.of(KEY)).isEmpty();
  }

  @Test
  void shouldForgetTheSameWhenItIsOpenedAgainInBetween() {
    memory.remember(KEY, state(7));
    rememberOthers(0, CAPACITY - 1);

    memory = open();
    assertThat(memory.of(KEY)).hasValue(state(7));
    rememberOthers(CAPACITY - 1, 1);
    assertThat(memory.of(KEY)).isEmpty();
  }

  @Test
  void shouldHoldNotMuchMoreThanItsCapacity() {
    rememberOthers(0, 20 * CAPACITY);

    assertThat(known(store)).isBetween(CAPACITY, CAPACITY * 9 / 8 + 1);
  }

  @Test
  void shouldKnowALongKeyByItsHash() {
    byte[] longKey = new byte[600_000];
    memory.remember(longKey, state(7));

    assertThat(memory.of(longKey)).hasValue(state(7));
    longKey[599_999] = 1;
    assertThat(memory.of(longKey)).isEmpty();
    new Journal(store, (byte) 'a').forEach((key, alerts) -> assertThat(key.get()).hasSize(32));
  }

  private static int known(KeyValueStore<Bytes, byte[]> store) {
    AtomicInteger count = new AtomicInteger();
    new Journal(store, (byte) 'a').forEach((key, alerts) -> count.incrementAndGet());
    return count.get();
  }

  @Test
  void shouldGoOnFromWhatAVersionWithoutAJournalHasLeft() {
    old.put(Bytes.wrap(KEY), new RememberedAlerts(41, state(7)));
    old.put(Bytes.wrap(new byte[] {2}), new RememberedAlerts(40, state(6)));
    memory = open();

    assertThat(memory.remembered()).isEqualTo(42);
    assertThat(memory.of(KEY)).hasValue(state(7));
    memory.remember(KEY, state(8));
    assertThat(memory.of(KEY)).hasValue(state(8));
    assertThat(old.approximateNumEntries()).isOne();
    assertThat(open().of(KEY)).hasValue(state(8));

    rememberOthers(0, CAPACITY - 3);
    assertThat(memory.of(new byte[] {2})).hasValue(state(6));
    rememberOthers(CAPACITY - 3, 1);
    assertThat(memory.of(new byte[] {2})).isEmpty();
    rememberOthers(CAPACITY - 2, CAPACITY / 8 + 1);
    assertThat(old.approximateNumEntries()).isZero();
  }
}
