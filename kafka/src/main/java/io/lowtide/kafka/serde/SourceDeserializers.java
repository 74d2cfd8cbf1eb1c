package io.lowtide.kafka.serde;

import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.registry.SchemaRegistry;
import java.util.Map;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.utils.Utils;

/** How source records are read, in the stream and in training alike. */
public final class SourceDeserializers {

  private SourceDeserializers() {}

  /**
   * Makes a deserializer of values.
   *
   * @param serde class of the setting source.value.serde, which implements {@link Serde}
   * @param connection what a serde of somebody else is configured with
   * @param registry for the serde of Lowtide; stays the caller's to close
   */
  public static Deserializer<?> of(
      Class<?> serde, ConnectionSettings connection, SchemaRegistry registry) {
    if (serde == AvroSerde.class) {
      return AvroDeserializer.generic(registry);
    }
    Serde<?> made = (Serde<?>) Utils.newInstance(serde);
    Map<String, Object> configuration = connection.clientProperties();
    configuration.putAll(connection.registry());
    made.configure(configuration, false);
    return made.deserializer();
  }
}
