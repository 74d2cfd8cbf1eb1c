package io.lowtide.kafka.registry;

/** The registry refused to register a schema: incompatible with an earlier version, or invalid. */
public final class SchemaRejectedException extends SchemaRegistryException {

  private final String subject;
  private final String reason;

  SchemaRejectedException(String subject, String reason, Throwable cause) {
    super("The registry rejected the schema for subject " + subject + ": " + reason, cause);
    this.subject = subject;
    this.reason = reason;
  }

  /** The subject that the schema was meant for. */
  public String subject() {
    return subject;
  }

  /** Why, in the registry's words. */
  public String reason() {
    return reason;
  }

  @Override
  public boolean isTransient() {
    return false;
  }
}
