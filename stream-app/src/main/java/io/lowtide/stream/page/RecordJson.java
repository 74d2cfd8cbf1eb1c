package io.lowtide.stream.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;

/** Avro records as JSON, field by field: times in milliseconds since 1970, enums as text. */
final class RecordJson {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private RecordJson() {}

  /** A record with all of its fields. */
  static ObjectNode of(IndexedRecord record) {
    ObjectNode node = JSON.objectNode();
    for (Schema.Field field : record.getSchema().getFields()) {
      node.set(field.name(), value(record.get(field.pos())));
    }
    return node;
  }

  private static JsonNode value(Object value) {
    if (value == null) {
      return JSON.nullNode();
    }
    if (value instanceof IndexedRecord record) {
      return of(record);
    }
    if (value instanceof Collection<?> items) {
      ArrayNode array = JSON.arrayNode(items.size());
      items.forEach(item -> array.add(value(item)));
      return array;
    }
    if (value instanceof Map<?, ?> entries) {
      ObjectNode node = JSON.objectNode();
      entries.forEach((name, entry) -> node.set(name.toString(), value(entry)));
      return node;
    }
    if (value instanceof Instant time) {
      return JSON.numberNode(time.toEpochMilli());
    }
    if (value instanceof Boolean truth) {
      return JSON.booleanNode(truth);
    }
    return value instanceof Number number ? number(number) : JSON.textNode(value.toString());
  }

  private static JsonNode number(Number number) {
    return number instanceof Integer || number instanceof Long
        ? JSON.numberNode(number.longValue())
        : JSON.numberNode(number.doubleValue());
  }
}
