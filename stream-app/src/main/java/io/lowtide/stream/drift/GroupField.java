package io.lowtide.stream.drift;

import org.apache.avro.Schema;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.IndexedRecord;

/** Which group a record is of: the value of a field. */
final class GroupField {

  /** Of a value; the rest of a longer one is not looked at. */
  private static final int LONGEST = 200;

  private final String[] path;

  /**
   * @param path dots descend into nested records
   */
  GroupField(String path) {
    this.path = path.split("\\.", -1);
  }

  /** The value as text; null where the field is missing, null, or no text, enum or whole number. */
  String of(IndexedRecord record) {
    Object value = record;
    for (String name : path) {
      if (!(value instanceof IndexedRecord parent)) {
        return null;
      }
      Schema.Field field = parent.getSchema().getField(name);
      value = field == null ? null : parent.get(field.pos());
    }
    boolean names =
        value instanceof CharSequence
            || value instanceof GenericEnumSymbol
            || value instanceof Enum<?>
            || value instanceof Boolean
            || value instanceof Integer
            || value instanceof Long;
    if (!names) {
      return null;
    }
    String text = value.toString();
    // In whole characters: what is stored must be read as the same.
    return text.codePointCount(0, text.length()) <= LONGEST
        ? text
        : text.substring(0, text.offsetByCodePoints(0, LONGEST));
  }
}
