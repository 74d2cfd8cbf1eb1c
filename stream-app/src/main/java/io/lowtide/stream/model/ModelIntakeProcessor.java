package io.lowtide.stream.model;

import io.lowtide.stream.detection.ActiveModel;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Hands the messages of the models topic to the {@link ModelIntake}.
 *
 * <p>The global store holds the version of the model in use by detector. It is in memory, so Kafka
 * Streams sends the whole topic through this processor at every start, before any stream thread
 * runs (KAFKA-7663, since 3.8): no other copy of the bundle is needed to find it again.
 */
public final class ModelIntakeProcessor implements Processor<byte[], byte[], Void, Void> {

  private static final String STORE = "models";

  private final ModelIntake intake;
  private final String detector;
  private final ModelSlot slot;
  private KeyValueStore<String, String> versions;

  /**
   * @param intake decides what becomes of each message
   * @param detector name of the detector
   * @param slot the model in use
   */
  public ModelIntakeProcessor(ModelIntake intake, String detector, ModelSlot slot) {
    this.intake = intake;
    this.detector = detector;
    this.slot = slot;
  }

  /** The global store that this processor keeps. */
  public static StoreBuilder<KeyValueStore<String, String>> store() {
    return Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore(STORE), Serdes.String(), Serdes.String())
        .withLoggingDisabled();
  }

  @Override
  public void init(ProcessorContext<Void, Void> context) {
    versions = context.getStateStore(STORE);
  }

  @Override
  public void process(Record<byte[], byte[]> message) {
    intake.offer(message.key(), message.value());
    ActiveModel active = slot.current();
    if (active != null) {
      versions.put(detector, active.bundle().version());
    }
  }
}
