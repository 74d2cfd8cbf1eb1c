package io.lowtide.stream.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.suppression.SuppressionState;
import io.lowtide.schemas.SeverityLevel;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AlertMemoryTest {

  private static final int CAPACITY = 100;
  private static final byte[] KEY = {1};

  private KeyValueStore<Bytes, RememberedAlerts> store;
  private AlertMemory memory;

  @BeforeEach
  void open() {
    store =
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore("suppression"),
                Serdes.Bytes(),
                new RememberedAlertsSerde())
            .withLoggingDisabled()
            .build();
    MockProcessorContext<Void, Void> context = new MockProcessorContext<>();
    store.init(context.getStateStoreContext(), store);
    memory = new AlertMemory(store, CAPACITY);
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

    memory = new AlertMemory(store, CAPACITY);
    assertThat(memory.of(KEY)).hasValue(state(7));
    rememberOthers(CAPACITY - 1, 1);
    assertThat(memory.of(KEY)).isEmpty();
  }

  @Test
  void shouldHoldNotMuchMoreThanItsCapacity() {
    rememberOthers(0, 20 * CAPACITY);

    assertThat(store.approximateNumEntries()).isBetween((long) CAPACITY, CAPACITY * 9L / 8 + 1);
  }

  @Test
  void shouldKnowALongKeyByItsHash() {
    byte[] longKey = new byte[600_000];
    memory.remember(longKey, state(7));

    assertThat(memory.of(longKey)).hasValue(state(7));
    longKey[599_999] = 1;
    assertThat(memory.of(longKey)).isEmpty();
    assertThat(store.all().next().key.get()).hasSize(32);
  }
}
