package io.lowtide.density.feature;

import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;

/**
 * Reads named numeric fields from Avro records. Field positions are looked up once per schema.
 * Belongs to one thread; allocates nothing while the schema stays the same and values fit.
 */
public final class RecordReader {

  private final List<String> names;
  private final String[][] paths;
  private final int[][] positions;
  private Schema schema;

  /**
   * @param names fields to read; dots descend into nested records
   */
  public RecordReader(List<String> names) {
    this.names = List.copyOf(names);
    this.paths = names.stream().map(name -> name.split("\\.", -1)).toArray(String[][]::new);
    this.positions = new int[names.size()][];
    for (int i = 0; i < paths.length; i++) {
      positions[i] = new int[paths[i].length];
    }
  }

  /**
   * Reads every field.
   *
   * @param record record of any schema
   * @param values receives one finite number per field
   * @throws RecordMisfitException if a field is missing, is not a number, or is not finite
   */
  public void read(IndexedRecord record, double[] values) throws RecordMisfitException {
    boolean sameSchema = record.getSchema() == schema;
    for (int i = 0; i < positions.length; i++) {
      values[i] = number(i, valueOf(i, record, sameSchema));
    }
    schema = record.getSchema();
  }

  private Object valueOf(int field, IndexedRecord record, boolean sameSchema)
      throws RecordMisfitException {
    int[] path = positions[field];
    Object value = record;
    for (int level = 0; level < path.length; level++) {
      if (!(value instanceof IndexedRecord parent)) {
        if (value == null) {
          throw missing(field, "its parent record is null");
        }
        throw new RecordMisfitException(
            RecordMisfitException.Reason.WRONG_TYPE,
            "field \"" + names.get(field) + "\": its parent is not a record");
      }
      // A nested record may come from another branch of a union: only the top schema is cached.
      if (level > 0 || !sameSchema) {
        path[level] = position(field, level, parent.getSchema());
      }
      value = parent.get(path[level]);
    }
    return value;
  }

  private int position(int field, int level, Schema parent) throws RecordMisfitException {
    Schema.Field found = parent.getField(paths[field][level]);
    if (found == null) {
      // Positions of this schema are incomplete now.
      schema = null;
      throw missing(field, "not in schema " + parent.getFullName());
    }
    return found.pos();
  }

  private double number(int field, Object value) throws RecordMisfitException {
    if (value == null) {
      throw missing(field, "null");
    }
    if (!(value instanceof Double
        || value instanceof Float
        || value instanceof Integer
        || value instanceof Long)) {
      throw new RecordMisfitException(
          RecordMisfitException.Reason.WRONG_TYPE,
          "field \""
              + names.get(field)
              + "\": "
              + value.getClass().getSimpleName()
              + ", expected a number");
    }
    double number = ((Number) value).doubleValue();
    if (!Double.isFinite(number)) {
      throw new RecordMisfitException(
          RecordMisfitException.Reason.NOT_FINITE,
          "field \"" + names.get(field) + "\": " + number + ", expected a finite number");
    }
    return number;
  }

  private RecordMisfitException missing(int field, String detail) {
    return new RecordMisfitException(
        RecordMisfitException.Reason.MISSING_FIELD,
        "field \"" + names.get(field) + "\": " + detail + ", expected a number");
  }
}
