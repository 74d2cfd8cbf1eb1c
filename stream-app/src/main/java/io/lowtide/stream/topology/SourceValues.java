package io.lowtide.stream.topology;

import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.SourceDeserializers;
import io.lowtide.stream.config.StreamSettings;
import org.apache.kafka.common.serialization.Deserializer;

/** How the values of the source topics are read. */
public final class SourceValues {

  private SourceValues() {}

  /**
   * Makes a deserialiser, to be used by one thread: another's than ours may not be safe to share.
   *
   * @param schemas knows the schemas of our own deserialiser's records; stays the caller's to close
   */
  public static Deserializer<?> deserializer(StreamSettings settings, SchemaRegistry schemas) {
    return SourceDeserializers.of(settings.sourceValueSerde(), settings.connection(), schemas);
  }
}
