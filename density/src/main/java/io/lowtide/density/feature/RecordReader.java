package io.lowtide.density.feature;

import io.lowtide.density.feature.RecordMisfitException.Reason;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;

/**
 * Reads the values that a score takes from Avro records. Field positions are looked up once per
 * schema. Belongs to one thread; allocates nothing for numbers while the schema stays the same and
 * values fit.
 */
public final class RecordReader {

  /** Position of a field that a schema does not have. */
  private static final int ABSENT = -1;

  private final List<FeatureInput> inputs;
  private final String[][] paths;
  private final int[][] positions;
  private final Schema[] schemas;
  private final List<CategoryLevels> levels;
  private Schema schema;

  /**
   * @param inputs what to read; lagged ones are left out
   */
  public RecordReader(List<FeatureInput> inputs) {
    this.inputs = List.copyOf(inputs);
    this.paths =
        inputs.stream().map(input -> input.field().split("\\.", -1)).toArray(String[][]::new);
    this.positions = new int[inputs.size()][];
    this.schemas = new Schema[inputs.size()];
    for (int i = 0; i < paths.length; i++) {
      positions[i] = new int[paths[i].length];
    }
    this.levels = inputs.stream().map(input -> new CategoryLevels(input.levels())).toList();
  }

  /** A reader of numbers that must all be there. */
  public static RecordReader ofNumbers(List<String> fields) {
    return new RecordReader(
        fields.stream().map(field -> FeatureInput.number(field, false)).toList());
  }

  /** A reader of numbers that may be missing. */
  public static RecordReader ofOptionalNumbers(List<String> fields) {
    return new RecordReader(
        fields.stream().map(field -> FeatureInput.number(field, true)).toList());
  }

  /**
   * Reads every value.
   *
   * @param record record of any schema
   * @param values receives one value per input, NaN for one that is missing and may be; lagged ones
   *     are left as they are
   * @throws RecordMisfitException if a field is missing that must be there, is of another type, or
   *     is a number that is not finite
   */
  public void read(IndexedRecord record, double[] values) throws RecordMisfitException {
    boolean sameSchema = record.getSchema() == schema;
    // Until every field is read, positions may be of one schema or the other.
    schema = null;
    for (int i = 0; i < positions.length; i++) {
      if (inputs.get(i).lag() == 0) {
        values[i] = value(i, valueOf(i, record, sameSchema));
      }
    }
    schema = record.getSchema();
  }

  /** The field's value; null where it, or a record that it is in, is null. */
  private Object valueOf(int input, IndexedRecord record, boolean sameSchema)
      throws RecordMisfitException {
    int[] path = positions[input];
    Object value = record;
    for (int level = 0; level < path.length; level++) {
      if (!(value instanceof IndexedRecord parent)) {
        if (value == null) {
          if (inputs.get(input).optional()) {
            return null;
          }
          throw missing(input, "its parent record is null");
        }
        throw new RecordMisfitException(
            Reason.WRONG_TYPE, name(input) + ": its parent is not a record");
      }
      // A nested record may come from another branch of a union: only the top schema is cached.
      if (level > 0 || !sameSchema) {
        locate(input, level, parent.getSchema());
      }
      value = path[level] == ABSENT ? null : parent.get(path[level]);
    }
    return value;
  }

  private void locate(int input, int level, Schema parent) throws RecordMisfitException {
    Schema.Field found = parent.getField(paths[input][level]);
    if (found == null && !inputs.get(input).optional()) {
      throw missing(input, "not in schema " + parent.getFullName());
    }
    positions[input][level] = found == null ? ABSENT : found.pos();
    schemas[input] = found == null ? null : found.schema();
  }

  private double value(int input, Object value) throws RecordMisfitException {
    if (value == null || isEmptyCategory(input, value)) {
      if (inputs.get(input).optional()) {
        return Double.NaN;
      }
      throw missing(input, value == null ? "null" : "an empty text");
    }
    return switch (inputs.get(input).kind()) {
      case NUMBER -> number(input, value);
      case CATEGORY -> level(input, value);
      case TIME -> time(input, value);
    };
  }

  /** An empty text is a missing value in an Avro record as it is in a CSV file. */
  private boolean isEmptyCategory(int input, Object value) {
    return inputs.get(input).kind() == FeatureInput.Kind.CATEGORY
        && value instanceof CharSequence text
        && text.length() == 0;
  }

  private double number(int input, Object value) throws RecordMisfitException {
    if (!(value instanceof Double
        || value instanceof Float
        || value instanceof Integer
        || value instanceof Long)) {
      throw wrongType(input, value);
    }
    double number = ((Number) value).doubleValue();
    if (!Double.isFinite(number)) {
      throw new RecordMisfitException(
          Reason.NOT_FINITE, name(input) + ": " + number + ", expected a finite number");
    }
    return number;
  }

  private double level(int input, Object value) throws RecordMisfitException {
    double level = levels.get(input).of(value);
    if (Double.isNaN(level)) {
      throw wrongType(input, value);
    }
    return level;
  }

  private double time(int input, Object value) throws RecordMisfitException {
    double seconds = TimeValue.of(value, schemas[input]);
    if (!Double.isFinite(seconds)) {
      throw new RecordMisfitException(
          Reason.WRONG_TYPE, name(input) + ": " + value + ", expected " + expected(input));
    }
    return seconds;
  }

  /**
   * The text of a category.
   *
   * @param input index of the input
   * @param record a record that {@link #read} accepted
   * @return its text, also that of an unknown one; empty if it is missing
   */
  public Optional<String> text(int input, IndexedRecord record) {
    try {
      Object value = valueOf(input, record, record.getSchema() == schema);
      return Optional.ofNullable(value == null ? null : CategoryText.of(value))
          .filter(text -> !text.isEmpty());
    } catch (RecordMisfitException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private RecordMisfitException wrongType(int input, Object value) {
    return new RecordMisfitException(
        Reason.WRONG_TYPE,
        name(input) + ": " + value.getClass().getSimpleName() + ", expected " + expected(input));
  }

  private RecordMisfitException missing(int input, String detail) {
    return new RecordMisfitException(
        Reason.MISSING_FIELD, name(input) + ": " + detail + ", expected " + expected(input));
  }

  private String expected(int input) {
    return switch (inputs.get(input).kind()) {
      case NUMBER -> "a number";
      case CATEGORY -> "text, an enum, a boolean or a number";
      case TIME -> "a time";
    };
  }

  private String name(int input) {
    return "field \"" + inputs.get(input).field() + "\"";
  }
}
