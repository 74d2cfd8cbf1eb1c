package io.lowtide.stream.topology;

import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.kafka.serde.AvroSerde;
import io.lowtide.stream.config.StreamSettings;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.utils.Utils;

/** How the values of the source topics are read. */
public final class SourceValues {

  private SourceValues() {}

  /**
   * Makes a deserialiser, to be used by one thread: another's than ours may not be safe to share.
   *
   * @param schemas knows the schemas of our own deserialiser's records; stays the caller's to close
   */
  public static Deserializer<?> deserializer(StreamSettings settings, SchemaRegistry schemas) {
    if (settings.sourceValueSerde() == AvroSerde.class) {
      return AvroDeserializer.generic(schemas);
    }
    Serde<?> serde = (Serde<?>) Utils.newInstance(settings.sourceValueSerde());
    Map<String, Object> configuration = new HashMap<>(settings.connection().kafka());
    configuration.putAll(settings.connection().registry());
    serde.configure(configuration, false);
    return serde.deserializer();
  }
}
