package io.lowtide.stream.topology;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;

/** JSON objects of numbers, as records of the schema that the setting {@code json.schema} gives. */
public final class JsonSerde extends Serdes.WrapperSerde<GenericRecord> {

  static final String SCHEMA = "json.schema";

  public JsonSerde() {
    super((topic, record) -> record.toString().getBytes(), new JsonDeserializer());
  }

  private static final class JsonDeserializer implements Deserializer<GenericRecord> {

    private final ObjectMapper json = new ObjectMapper();
    private Schema schema;

    @Override
    public void configure(Map<String, ?> settings, boolean isKey) {
      schema = new Schema.Parser().parse(String.valueOf(settings.get(SCHEMA)));
    }

    @Override
    public GenericRecord deserialize(String topic, byte[] message) {
      try {
        JsonNode object = json.readTree(message);
        GenericRecord record = new GenericData.Record(schema);
        schema
            .getFields()
            .forEach(field -> record.put(field.name(), object.required(field.name()).asDouble()));
        return record;
      } catch (IOException | IllegalArgumentException e) {
        throw new SerializationException("not the JSON that was expected", e);
      }
    }
  }
}
