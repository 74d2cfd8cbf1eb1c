package io.lowtide.quickstart.traffic;

import java.util.List;
import org.apache.avro.generic.GenericRecord;

/**
 * A record of which the truth is known.
 *
 * @param key key of the message
 * @param value the record
 * @param kind {@link #NORMAL}, or the kind of anomaly
 * @param changed names of the fields that the anomaly changed; empty where there are none, or where
 *     it is not known
 */
public record LabelledRecord(String key, GenericRecord value, String kind, List<String> changed) {

  /** Kind of a record that is no anomaly. */
  public static final String NORMAL = "normal";

  /** Copies the names. */
  public LabelledRecord {
    changed = List.copyOf(changed);
  }

  /** A record of which no changed field is known. */
  public LabelledRecord(String key, GenericRecord value, String kind) {
    this(key, value, kind, List.of());
  }

  /** Whether the record is no anomaly. */
  public boolean isNormal() {
    return kind.equals(NORMAL);
  }
}
