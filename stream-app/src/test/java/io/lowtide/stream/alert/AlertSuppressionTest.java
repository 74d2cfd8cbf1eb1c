package io.lowtide.stream.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.stream.detection.SuppressionState;
import io.lowtide.stream.store.SuppressionStateSerde;
import java.time.Duration;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AlertSuppressionTest {

  private static final Duration WINDOW = Duration.ofMinutes(5);
  private static final byte[] KEY = {1};

  private KeyValueStore<Bytes, SuppressionState> store;
  private AlertSuppression suppression;

  @BeforeEach
  void open() {
    store =
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore("suppression"),
                Serdes.Bytes(),
                new SuppressionStateSerde())
            .withLoggingDisabled()
            .build();
    MockProcessorContext<Void, Void> context = new MockProcessorContext<>();
    store.init(context.getStateStoreContext(), store);
    suppression = new AlertSuppression(store, WINDOW);
  }

  @Test
  void shouldTakeALateAlertOutsideTheWindowForAnother() {
    SuppressionState state = new SuppressionState(WINDOW.toMillis() * 10, 0);

    assertThat(suppression.isRepeat(state, WINDOW.toMillis() * 9 + 1)).isTrue();
    assertThat(suppression.isRepeat(state, WINDOW.toMillis() * 9)).isFalse();
  }

  @Test
  void shouldNotLetALateAlertReopenTheWindow() {
    suppression.published(KEY, null, 5_000_000);
    suppression.published(KEY, suppression.stateOf(KEY), 1_000_000);

    assertThat(suppression.stateOf(KEY).publishedAt()).isEqualTo(5_000_000);
  }

  @Test
  void shouldForgetAKeyWhenItsWindowIsOver() {
    suppression.published(KEY, null, 0);

    suppression.forgetBefore(WINDOW.toMillis() - 1);
    assertThat(suppression.stateOf(KEY)).isNotNull();
    suppression.forgetBefore(WINDOW.toMillis());
    assertThat(suppression.stateOf(KEY)).isNull();
  }

  @Test
  void shouldKeepTheCountOfWithheldAlertsForTheNextOne() {
    suppression.published(KEY, null, 0);
    suppression.withheld(KEY, suppression.stateOf(KEY));

    suppression.forgetBefore(WINDOW.toMillis() * 2);
    assertThat(suppression.stateOf(KEY)).isEqualTo(new SuppressionState(0, 1));
    suppression.forgetBefore(AlertSuppression.COUNT_RETENTION.toMillis());
    assertThat(suppression.stateOf(KEY)).isNull();
  }

  @Test
  void shouldReadBackWhatItWrote() {
    Serde<SuppressionState> serde = new SuppressionStateSerde();
    SuppressionState state = new SuppressionState(1_772_323_200_000L, 42);

    byte[] bytes = serde.serializer().serialize("t", state);

    assertThat(serde.deserializer().deserialize("t", bytes)).isEqualTo(state);
    assertThatThrownBy(() -> serde.deserializer().deserialize("t", new byte[3]))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("3 bytes");
  }
}
