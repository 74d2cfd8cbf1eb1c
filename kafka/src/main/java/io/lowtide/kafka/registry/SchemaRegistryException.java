package io.lowtide.kafka.registry;

/** A schema registry did not give what it was asked for. */
public abstract sealed class SchemaRegistryException extends RuntimeException
    permits UnknownSchemaException,
        SchemaNotRegisteredException,
        SchemaRejectedException,
        RegistryUnavailableException,
        RegistryAccessException {

  SchemaRegistryException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Whether the fault lies with the registry or the way to it, so that the same call may succeed
   * later. Otherwise it lies with the schema or the id, and no repetition helps.
   */
  public abstract boolean isTransient();
}
