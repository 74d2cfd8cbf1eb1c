package io.lowtide.density.feature;

import io.lowtide.density.feature.RecordMisfitException.Reason;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.IndexedRecord;

/**
 * Reads the values that a score takes from Avro records. A field that a schema does not have is
 * looked for among the aliases of its fields. Field positions are looked up once per schema.
 * Belongs to one thread; allocates nothing for numbers while the schema stays the same and values
 * fit.
 */
public final class RecordReader {

  /** Position of a field that a schema does not have. */
  private static final int ABSENT = -1;

  /** Of a text that does not fit. */
  private static final int LONGEST_TOLD = 100;

  private final List<FeatureInput> inputs;
  private final FieldText texts;
  private final String[][] paths;
  private final int[][] positions;
  private final Schema[] schemas;
  private final List<CategoryLevels> levels;
  private Schema schema;

  /**
   * @param inputs what to read; lagged ones are left out
   * @param texts what texts mean
   */
  public RecordReader(List<FeatureInput> inputs, FieldText texts) {
    this.inputs = List.copyOf(inputs);
    this.texts = texts;
    this.paths =
        inputs.stream().map(input -> input.field().split("\\.", -1)).toArray(String[][]::new);
    this.positions = new int[inputs.size()][];
    this.schemas = new Schema[inputs.size()];
    for (int i = 0; i < paths.length; i++) {
      positions[i] = new int[paths[i].length];
    }
    this.levels = inputs.stream().map(input -> new CategoryLevels(input.levels())).toList();
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
    Schema.Field found = field(parent, paths[input][level]);
    if (found == null && !inputs.get(input).optional()) {
      throw missing(input, "not in schema " + parent.getFullName());
    }
    positions[input][level] = found == null ? ABSENT : found.pos();
    schemas[input] = found == null ? null : found.schema();
  }

  /** The field of a name, or the one that says that it had that name before. */
  private static Schema.Field field(Schema parent, String name) {
    Schema.Field field = parent.getField(name);
    if (field != null) {
      return field;
    }
    for (Schema.Field other : parent.getFields()) {
      if (other.aliases().contains(name)) {
        return other;
      }
    }
    return null;
  }

  private double value(int input, Object value) throws RecordMisfitException {
    if (value == null) {
      return absent(input, "null");
    }
    return switch (inputs.get(input).kind()) {
      case NUMBER, TRUTH -> number(input, value);
      case CATEGORY -> level(input, value);
      case TIME -> time(input, value);
    };
  }

  /** NaN, if the value may be missing. */
  private double absent(int input, String detail) throws RecordMisfitException {
    if (!inputs.get(input).optional()) {
      throw missing(input, detail);
    }
    return Double.NaN;
  }

  /** A text that stands for a missing value is one in an Avro record as it is in a CSV file. */
  private boolean isMissingText(Object value) {
    return (value instanceof CharSequence || value instanceof GenericEnumSymbol)
        && texts.isMissing(FieldText.strip(value.toString()));
  }

  private double number(int input, Object value) throws RecordMisfitException {
    double number;
    if (value instanceof Double
        || value instanceof Float
        || value instanceof Integer
        || value instanceof Long) {
      number = ((Number) value).doubleValue();
    } else if (value instanceof CharSequence text) {
      String stripped = FieldText.strip(text.toString());
      if (texts.isMissing(stripped)) {
        return absent(input, "\"" + stripped + "\"");
      }
      number = ofText(input, stripped);
    } else if (value instanceof Boolean truth && isTruth(input)) {
      number = truth ? 1 : 0;
    } else {
      number = DecimalValue.of(value, schemas[input]);
      if (Double.isNaN(number)) {
        throw wrongType(input, value);
      }
    }
    if (texts.isMissing(number) || Double.isNaN(number) && inputs.get(input).optional()) {
      return absent(input, CategoryText.of(number));
    }
    if (!Double.isFinite(number)) {
      throw new RecordMisfitException(
          Reason.NOT_FINITE, name(input) + ": " + number + ", expected a finite number");
    }
    return number;
  }

  private double ofText(int input, String stripped) throws RecordMisfitException {
    double number = FieldText.number(stripped);
    if (Double.isNaN(number) && isTruth(input)) {
      number = FieldText.truth(stripped);
    }
    if (Double.isNaN(number)) {
      throw new RecordMisfitException(
          Reason.WRONG_TYPE,
          name(input) + ": \"" + shortened(stripped) + "\", expected " + expected(input));
    }
    return number;
  }

  private boolean isTruth(int input) {
    return inputs.get(input).kind() == FeatureInput.Kind.TRUTH;
  }

  private double level(int input, Object value) throws RecordMisfitException {
    double level = levels.get(input).of(value);
    // A level is a level: only what is none is looked at more closely.
    if (level == FeatureInput.UNKNOWN_LEVEL && isMissing(value)) {
      return absent(input, value.toString().isBlank() ? "an empty text" : "\"" + value + "\"");
    }
    if (Double.isNaN(level)) {
      throw wrongType(input, value);
    }
    return level;
  }

  private boolean isMissing(Object value) {
    return isMissingText(value)
        || value instanceof Number number
            && (Double.isNaN(number.doubleValue()) || texts.isMissing(number.doubleValue()));
  }

  private double time(int input, Object value) throws RecordMisfitException {
    FeatureInput field = inputs.get(input);
    double seconds = isMissing(value) ? Double.NaN : field.times().of(value, schemas[input]);
    if (Double.isNaN(seconds) && field.optional()) {
      return seconds;
    }
    if (!Double.isFinite(seconds)) {
      throw new RecordMisfitException(
          Reason.WRONG_TYPE,
          name(input) + ": " + shortened(value.toString()) + ", expected " + expected(input));
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
      return Optional.ofNullable(value == null || isMissing(value) ? null : CategoryText.of(value))
          .map(FieldText::strip);
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
      case TRUTH -> "a number or a truth value";
      case CATEGORY -> "text, an enum, a boolean or a number";
      case TIME -> "a time";
    };
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_TOLD ? text : text.substring(0, LONGEST_TOLD) + "...";
  }

  private String name(int input) {
    return "field \"" + inputs.get(input).field() + "\"";
  }
}
