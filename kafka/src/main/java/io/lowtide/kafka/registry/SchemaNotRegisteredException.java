package io.lowtide.kafka.registry;

/** A schema was looked up under a subject that does not have it. */
public final class SchemaNotRegisteredException extends SchemaRegistryException {

  private final String subject;
  private final String schemaName;

  SchemaNotRegisteredException(String subject, String schemaName, Throwable cause) {
    super("Subject " + subject + " does not have this version of schema " + schemaName, cause);
    this.subject = subject;
    this.schemaName = schemaName;
  }

  /** The subject that was searched. */
  public String subject() {
    return subject;
  }

  /** Full name of the schema that was looked up. */
  public String schemaName() {
    return schemaName;
  }

  @Override
  public boolean isTransient() {
    return false;
  }
}
