package io.lowtide.kafka.serde;

import org.apache.kafka.common.errors.SerializationException;

/** A record whose values its own schema does not allow. */
public final class AvroEncodingException extends SerializationException {

  private final String topic;
  private final String schemaName;

  AvroEncodingException(String topic, String schemaName, Throwable cause) {
    super(
        "Cannot encode a " + schemaName + " for topic " + topic + ": " + cause.getMessage(), cause);
    this.topic = topic;
    this.schemaName = schemaName;
  }

  /** The topic that the record was meant for. */
  public String topic() {
    return topic;
  }

  /** Full name of the record's schema. */
  public String schemaName() {
    return schemaName;
  }
}
