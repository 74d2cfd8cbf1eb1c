package io.lowtide.kafka.registry;

/** The registry has no Avro schema for an id, or has one that Avro cannot read. */
public final class UnknownSchemaException extends SchemaRegistryException {

  private final int id;

  UnknownSchemaException(int id, Throwable cause) {
    super("The registry has no Avro schema with id " + id, cause);
    this.id = id;
  }

  /** The id that was asked for. */
  public int id() {
    return id;
  }

  @Override
  public boolean isTransient() {
    return false;
  }
}
