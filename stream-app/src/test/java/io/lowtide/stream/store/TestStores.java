package io.lowtide.stream.store;

import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/** Empty stores of Kafka Streams, in memory, without a changelog. */
final class TestStores {

  private TestStores() {}

  static KeyValueStore<Bytes, byte[]> ofBytes() {
    return of(Serdes.ByteArray());
  }

  static <T> KeyValueStore<Bytes, T> of(Serde<T> values) {
    KeyValueStore<Bytes, T> store =
        Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore("store"), Serdes.Bytes(), values)
            .withLoggingDisabled()
            .build();
    MockProcessorContext<Void, Void> context = new MockProcessorContext<>();
    store.init(context.getStateStoreContext(), store);
    return store;
  }
}
