package io.lowtide.kafka.serde;

import org.apache.kafka.common.errors.SerializationException;

/** Bytes that the schema they name does not describe, or a schema that the reader cannot take. */
public final class AvroDecodingException extends SerializationException {

  private final int schemaId;
  private final String schemaName;

  AvroDecodingException(int schemaId, String schemaName, String problem, Throwable cause) {
    super(
        "Cannot decode the message as " + schemaName + " (schema id " + schemaId + "): " + problem,
        cause);
    this.schemaId = schemaId;
    this.schemaName = schemaName;
  }

  /** Id of the schema that the message names. */
  public int schemaId() {
    return schemaId;
  }

  /** Full name of that schema. */
  public String schemaName() {
    return schemaName;
  }
}
