package io.lowtide.stream.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.stream.detection.SuppressionState;
import io.lowtide.stream.detection.SuppressionWindow;
import java.time.Duration;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoredMemoryTest {

  private static final Duration LENGTH = Duration.ofMinutes(5);
  private static final Duration COUNT_RETENTION = Duration.ofDays(7);
  private static final byte[] KEY = {1};

  private final SuppressionWindow window = new SuppressionWindow(LENGTH);
  private StoredMemory<SuppressionState> memory;

  @BeforeEach
  void open() {
    KeyValueStore<Bytes, SuppressionState> store =
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore("suppression"),
                Serdes.Bytes(),
                new SuppressionStateSerde())
            .withLoggingDisabled()
            .build();
    MockProcessorContext<Void, Void> context = new MockProcessorContext<>();
    store.init(context.getStateStoreContext(), store);
    memory = new StoredMemory<>(store);
  }

  private void forgetBefore(Duration streamTime) {
    memory.forgetIf(state -> window.isOver(state, streamTime.toMillis()));
  }

  @Test
  void shouldForgetAKeyWhenItsWindowIsOver() {
    memory.remember(KEY, new SuppressionState(0, 0));

    forgetBefore(LENGTH.minusMillis(1));
    assertThat(memory.of(KEY)).isPresent();
    forgetBefore(LENGTH);
    assertThat(memory.of(KEY)).isEmpty();
  }

  @Test
  void shouldKeepTheCountOfWithheldAlertsForTheNextOne() {
    memory.remember(KEY, new SuppressionState(0, 1));

    forgetBefore(LENGTH.multipliedBy(2));
    assertThat(memory.of(KEY)).hasValue(new SuppressionState(0, 1));
    forgetBefore(COUNT_RETENTION);
    assertThat(memory.of(KEY)).isEmpty();
  }

  @Test
  void shouldTakeRecordsWithoutAKeyForThoseOfOneKey() {
    memory.remember(null, new SuppressionState(7, 0));

    assertThat(memory.of(null)).hasValue(new SuppressionState(7, 0));
    assertThat(memory.of(KEY)).isEmpty();
  }
}
