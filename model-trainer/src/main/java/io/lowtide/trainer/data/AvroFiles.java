package io.lowtide.trainer.data;

import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.feature.RecordMisfitException;
import io.lowtide.density.feature.RecordReader;
import io.lowtide.density.feature.TimeReading;
import io.lowtide.density.feature.TimeValue;
import io.lowtide.trainer.data.AvroColumns.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;

/**
 * Avro object containers of records, one behind the other; nested fields are named with dots.
 * Numbers and decimals are columns of numbers, and so are strings of which at least half are; other
 * strings, enums, booleans and times are columns of texts; null is a missing value.
 */
final class AvroFiles implements RecordSource {

  private final List<InputFile> files;
  private final ReadingOptions options;
  private final String source;

  AvroFiles(List<InputFile> files, ReadingOptions options) {
    this.files = List.copyOf(files);
    this.options = options;
    this.source = String.join(", ", files.stream().map(InputFile::name).toList());
  }

  @Override
  public String name() {
    return source;
  }

  @Override
  public List<String> columns(Optional<String> label) {
    return new TableSelection(List.of(), label)
        .resolve(source, List.copyOf(availableColumns().kinds().keySet()));
  }

  /** Of the first file, which the others must have, too. */
  private AvroColumns availableColumns() {
    AvroColumns first = null;
    for (InputFile file : files) {
      AvroColumns columns = new AvroColumns(file.name(), schema(file));
      if (first == null) {
        first = columns;
      } else if (!first.kinds().equals(columns.kinds())) {
        throw new DataException(
            file.name()
                + ": columns "
                + columns.kinds()
                + ", expected those of "
                + files.get(0).name()
                + ", "
                + first.kinds());
      }
    }
    return first;
  }

  private static Schema schema(InputFile file) {
    Schema[] schema = new Schema[1];
    open(file, reader -> schema[0] = reader.getSchema());
    return schema[0];
  }

  @Override
  public List<String> missingTexts() {
    return options.texts().missingTexts();
  }

  @Override
  public LabelledTable read(TableSelection selection) {
    AvroColumns available = availableColumns();
    List<String> columns = selection.resolve(source, List.copyOf(available.kinds().keySet()));
    List<Column> read = columns(columns, available.kinds(), selection);
    List<FeatureInput> inputs = new ArrayList<>(read.stream().map(Column::input).toList());
    selection.label().ifPresent(name -> inputs.add(category(name)));
    boolean[] texts = new boolean[columns.size()];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = read.get(i).isText();
    }
    TableBuilder table = new TableBuilder(source, columns, texts);
    Optional<LabelColumn> label =
        selection.label().map(name -> new LabelColumn(source, name, options.normalLabel()));
    for (InputFile file : files) {
      RecordReader fields = new RecordReader(inputs, options.texts());
      forEach(
          file,
          fields,
          inputs.size(),
          (place, record, values) -> {
            double[] row = new double[columns.size()];
            for (int i = 0; i < row.length; i++) {
              row[i] = read.get(i).value(i, values[i], fields, record, table);
            }
            table.add(row);
            label.ifPresent(
                column -> column.add(fields.text(columns.size(), record).orElse(""), () -> place));
          });
    }
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
   * @param remark what a person should know of it
   */
  private record Column(String name, Kind kind, Optional<String> remark) {

    boolean isText() {
      return kind != Kind.NUMBER;
    }

    FeatureInput input() {
      return switch (kind) {
        case NUMBER -> FeatureInput.number(name, true);
        case STRING, NAME -> category(name);
        case INSTANT, LOCAL_TIME, TIME_OF_DAY -> FeatureInput.time(name, true, TimeReading.UTC);
      };
    }

    /** The value in the table; times are texts there, as they are in a CSV file. */
    double value(
        int index, double value, RecordReader fields, GenericRecord record, TableBuilder table) {
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
    List<String> strings = names.stream().filter(name -> kinds.get(name) == Kind.STRING).toList();
    Map<String, ColumnProfile> profiles = profiles(strings);
    return names.stream()
        .map(
            name -> {
              Kind kind = kinds.get(name);
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
              return new Column(name, read, remark);
            })
        .toList();
  }

  /** Reads every file once, if there are strings. */
  private Map<String, ColumnProfile> profiles(List<String> strings) {
    Map<String, ColumnProfile> profiles = new LinkedHashMap<>();
    if (strings.isEmpty()) {
      return profiles;
    }
    strings.forEach(name -> profiles.put(name, new ColumnProfile(options)));
    List<FeatureInput> inputs = strings.stream().map(AvroFiles::category).toList();
    for (InputFile file : files) {
      RecordReader fields = new RecordReader(inputs, options.texts());
      forEach(
          file,
          fields,
          inputs.size(),
          (place, record, values) -> {
            for (int i = 0; i < values.length; i++) {
              profiles.get(strings.get(i)).see(fields.text(i, record).orElse(""));
            }
          });
    }
    return profiles;
  }

  /** Something to do with a record that has been read. */
  private interface RecordUse {
    void of(String place, GenericRecord record, double[] values);
  }

  /** Reads fields of every record; the array of their values is the same for each. */
  private static void forEach(InputFile file, RecordReader fields, int count, RecordUse use) {
    double[] values = new double[count];
    open(
        file,
        reader -> {
          for (long index = 0; reader.hasNext(); index++) {
            Object record = reader.next();
            if (!(record instanceof GenericRecord generic)) {
              throw new DataException(
                  file.name() + " record " + index + ": " + record + ", expected a record");
            }
            String place = file.name() + " record " + index;
            try {
              fields.read(generic, values);
            } catch (RecordMisfitException e) {
              throw new DataException(place + ", " + e.getMessage(), e);
            }
            use.of(place, generic, values);
          }
        });
  }

  /** Something to do with an open file. */
  private interface Use {
    void of(DataFileStream<Object> reader) throws IOException;
  }

  private static void open(InputFile file, Use use) {
    String name = file.name();
    try {
      try (InputStream bytes = file.open()) {
        AvroContainer.requireWhole(name, bytes);
      }
      try (DataFileStream<Object> reader =
          new DataFileStream<>(
              file.open(), new GenericDatumReader<>(null, null, new GenericData()))) {
        use.of(reader);
      }
    } catch (DataException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Avro meets corrupt bytes with many kinds of exceptions.
      throw new DataException(name + ": not an intact Avro object container: " + Causes.text(e), e);
    } catch (StackOverflowError e) {
      throw new DataException(name + ": a record is nested too deeply to be read", e);
    } catch (LinkageError e) {
      throw new DataException(
          name + ": compressed by a codec that cannot be read here: " + Causes.text(e), e);
    }
  }
}
