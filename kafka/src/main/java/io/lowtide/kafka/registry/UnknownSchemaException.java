package io.lowtide.kafka.registry;

/** The registry has no Avro schema for an id, or has one that Avro cannot read. */
public final class UnknownSchemaException extends SchemaRegistryException {

  private final int id;

  UnknownSchemaException(int id, Throwable cause) {
    this(id, "The registry has no Avro schema with id " + id, cause);
  }

  private UnknownSchemaException(int id, String message, Throwable cause) {
    super(message, cause);
    this.id = id;
  }

  /** The error about an id that the registry did not know a moment ago. */
  static UnknownSchemaException remembered(int id) {
    return new UnknownSchemaException(
        id, "The registry had no Avro schema with id " + id + " a few seconds ago", null);
  }

  /** The error about an id that comes with too many unknown ones to be asked for, too. */
  static UnknownSchemaException notAsked(int id) {
    return new UnknownSchemaException(
        id,
        "Schema id "
            + id
            + " was not asked for: the registry did not know many others that came just before",
        null);
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
