package io.lowtide.quickstart.traffic;

import org.apache.avro.generic.GenericRecord;

/**
 * A record of which the truth is known.
 *
 * @param key key of the message
 * @param value the record
 * @param kind {@link #NORMAL}, or the kind of anomaly
 */
public record LabelledRecord(String key, GenericRecord value, String kind) {

  /** Kind of a record that is no anomaly. */
  public static final String NORMAL = "normal";

  /** Whether the record is no anomaly. */
  public boolean isNormal() {
    return kind.equals(NORMAL);
  }
}
