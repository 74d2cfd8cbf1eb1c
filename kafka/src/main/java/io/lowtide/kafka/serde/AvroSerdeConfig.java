package io.lowtide.kafka.serde;

import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;

/** Settings of the serde when Kafka makes it from a class name, named as Confluent's are. */
public final class AvroSerdeConfig extends AbstractConfig {

  /** Whether a serialiser registers schemas that the registry does not have yet. */
  public static final String AUTO_REGISTER_SCHEMAS = "auto.register.schemas";

  /** Whether a deserialiser returns generated classes rather than {@code GenericRecord}. */
  public static final String SPECIFIC_AVRO_READER = "specific.avro.reader";

  private static final ConfigDef DEFINITION =
      new ConfigDef()
          .define(
              AUTO_REGISTER_SCHEMAS,
              Type.BOOLEAN,
              true,
              Importance.MEDIUM,
              "Register a schema that the registry does not have; when false, look it up only.")
          .define(
              SPECIFIC_AVRO_READER,
              Type.BOOLEAN,
              false,
              Importance.MEDIUM,
              "Return the generated class of the schema's name; when false, GenericRecord.");

  AvroSerdeConfig(Map<String, ?> settings) {
    super(DEFINITION, settings, false);
  }

  boolean autoRegisterSchemas() {
    return getBoolean(AUTO_REGISTER_SCHEMAS);
  }

  boolean specificAvroReader() {
    return getBoolean(SPECIFIC_AVRO_READER);
  }
}
