package io.lowtide.stream;

import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import java.util.Map;
import org.apache.avro.Schema;

/** A registry inside the JVM that can be taken away for a number of calls. */
public final class SwitchableRegistry implements SchemaRegistry {

  private final SchemaRegistry present;
  private final SchemaRegistry away;
  private int callsAway;

  public SwitchableRegistry(String scope) {
    this.present = connect("mock://" + scope);
    // Nothing listens on this port: the failures are the client's own.
    this.away = connect("http://127.0.0.1:1");
  }

  private static SchemaRegistry connect(String url) {
    return ConfluentSchemaRegistry.connect(Map.of("schema.registry.url", url));
  }

  /** Lets the next calls fail as if the registry were away. */
  public void failNext(int calls) {
    callsAway = calls;
  }

  private SchemaRegistry current() {
    return callsAway-- > 0 ? away : present;
  }

  @Override
  public int register(String subject, Schema schema) {
    return current().register(subject, schema);
  }

  @Override
  public int id(String subject, Schema schema) {
    return current().id(subject, schema);
  }

  @Override
  public Schema schema(int id) {
    return current().schema(id);
  }

  @Override
  public void requireAnswer() {
    current().requireAnswer();
  }

  @Override
  public void close() {
    present.close();
    away.close();
  }
}
