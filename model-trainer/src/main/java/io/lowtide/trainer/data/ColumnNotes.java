package io.lowtide.trainer.data;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a person should know of the columns of a source beyond their values.
 *
 * @param leftOut why columns are not in the table, by their names, in their order
 * @param remarks of columns that are, by their names
 */
public record ColumnNotes(Map<String, String> leftOut, Map<String, String> remarks) {

  /** Nothing. */
  public static final ColumnNotes NONE = new ColumnNotes(Map.of(), Map.of());

  /** Copies the notes. */
  public ColumnNotes {
    leftOut = new LinkedHashMap<>(leftOut);
    remarks = new TreeMap<>(remarks);
  }
}
