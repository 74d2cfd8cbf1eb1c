package io.lowtide.trainer.data;

import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.feature.RecordReader;
import io.lowtide.density.feature.TimeReading;
import io.lowtide.density.feature.TimeValue;
import io.lowtide.trainer.data.AvroColumns.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.generic.IndexedRecord;

/**
 * Avro records as a table; nested fields are named with dots. Numbers and decimals are columns of
 * numbers, and so are strings of which at least half are; other strings, enums, booleans and times
 * are columns of texts; null is a missing value.
 */
final class AvroRecords implements RecordSource {

  private final AvroInput input;
  private final ReadingOptions options;
  private final String source;
  private ReadingTally tally;

  AvroRecords(AvroInput input, ReadingOptions options) {
    this.input = input;
    this.options = options;
    this.source = input.name();
  }

  @Override
  public String name() {
    return source;
  }

  @Override
  public List<String> columns(Optional<String> label) {
    return new TableSelection(List.of(), label)
        .resolve(source, List.copyOf(input.columns().kinds().keySet()));
  }

  @Override
  public List<String> missingTexts() {
    return options.texts().missingTexts();
  }

  @Override
  public Optional<ReadingTally> tally() {
    return Optional.ofNullable(tally);
  }

  @Override
  public LabelledTable read(TableSelection selection, Sampling sampling, Optional<String> key) {
    AvroColumns available = input.columns();
    List<String> columns = selection.resolve(source, List.copyOf(available.kinds().keySet()));
    List<Column> read = columns(columns, available.kinds(), selection);
    List<FeatureInput> inputs = new ArrayList<>(read.stream().map(Column::input).toList());
    selection.label().ifPresent(name -> inputs.add(category(name)));
    boolean[] texts = new boolean[columns.size()];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = read.get(i).isText();
    }
    TableBuilder table =
        new TableBuilder(source, columns, texts, selection, input.sample(sampling), key);
    Optional<LabelColumn> label =
        selection.label().map(name -> new LabelColumn(source, name, options.normalLabel()));
    int keyColumn = key.map(columns::indexOf).orElse(-1);
    double[] values = new double[inputs.size()];
    double[] row = new double[columns.size()];
    tally =
        input.forEach(
            inputs,
            options.texts(),
            (origin, fields, record) -> {
              fields.read(record, values);
              if (table.needs(origin)) {
                boolean wanted = table.wants(origin);
                for (int i = 0; i < row.length; i++) {
                  // Of a row that only later ones take past values from, no text is wanted but the
                  // key.
                  row[i] =
                      wanted || !texts[i] || i == keyColumn
                          ? read.get(i).value(i, values[i], fields, record, table)
                          : Double.NaN;
                }
                table.add(row, origin);
              }
              label.ifPresent(
                  column ->
                      column.add(fields.text(columns.size(), record).orElse(""), origin::place));
            });
    Map<String, String> remarks = new LinkedHashMap<>();
    read.forEach(column -> column.remark().ifPresent(r -> remarks.put(column.name(), r)));
    return table.build(label, new ColumnNotes(available.leftOut(), remarks));
  }

  private static FeatureInput category(String name) {
    return FeatureInput.category(name, true, List.of());
  }

  /**
   * How a column is read.
   *
   * @param name of the field
   * @param kind what it holds; a string may hold numbers, and is then read as such
   * @param truth whether truth values and texts are read as numbers, too, as the stream does where
   *     a model asks for a number
   * @param remark what a person should know of it
   */
  private record Column(String name, Kind kind, boolean truth, Optional<String> remark) {

    boolean isText() {
      return kind != Kind.NUMBER;
    }

    FeatureInput input() {
      return switch (kind) {
        case NUMBER -> truth ? FeatureInput.truth(name, true) : FeatureInput.number(name, true);
        case STRING, NAME -> category(name);
        case INSTANT, LOCAL_TIME, TIME_OF_DAY -> FeatureInput.time(name, true, TimeReading.UTC);
      };
    }

    /** The value in the table; times are texts there, as they are in a CSV file. */
    double value(
        int index, double value, RecordReader fields, IndexedRecord record, TableBuilder table) {
      if (Double.isNaN(value) || kind == Kind.NUMBER) {
        return value;
      }
      String text =
          switch (kind) {
            case INSTANT -> TimeValue.text(value);
            case LOCAL_TIME -> TimeValue.text(value).replace("Z", "");
            case TIME_OF_DAY -> TimeValue.text(value).replaceFirst("^.*T", "").replace("Z", "");
            default -> fields.text(index, record).orElseThrow();
          };
      return table.text(index, text);
    }
  }

  private List<Column> columns(
      List<String> names, Map<String, Kind> kinds, TableSelection selection) {
    List<String> strings =
        names.stream()
            .filter(name -> kinds.get(name) == Kind.STRING && !selection.numbers().contains(name))
            .toList();
    Map<String, ColumnProfile> profiles = profiles(strings);
    return names.stream()
        .map(
            name -> {
              Kind kind = kinds.get(name);
              if (selection.numbers().contains(name)) {
                return new Column(name, Kind.NUMBER, true, Optional.empty());
              }
              ColumnProfile profile = profiles.get(name);
              boolean numbers = profile != null && profile.isPlainNumbers();
              Kind read =
                  selection.texts().contains(name)
                      ? kind == Kind.NUMBER ? Kind.STRING : kind
                      : numbers ? Kind.NUMBER : kind;
              Optional<String> remark =
                  profile == null || read == Kind.NUMBER
                      ? Optional.<String>empty()
                      : profile.hint();
              return new Column(name, read, false, remark);
            })
        .toList();
  }

  /** Reads every record once, if there are strings. */
  private Map<String, ColumnProfile> profiles(List<String> strings) {
    Map<String, ColumnProfile> profiles = new LinkedHashMap<>();
    if (strings.isEmpty()) {
      return profiles;
    }
    strings.forEach(name -> profiles.put(name, new ColumnProfile(options)));
    double[] values = new double[strings.size()];
    input.forEach(
        strings.stream().map(AvroRecords::category).toList(),
        options.texts(),
        (origin, fields, record) -> {
          fields.read(record, values);
          for (int i = 0; i < strings.size(); i++) {
            profiles.get(strings.get(i)).see(fields.text(i, record).orElse(""));
          }
        });
    return profiles;
  }
}
