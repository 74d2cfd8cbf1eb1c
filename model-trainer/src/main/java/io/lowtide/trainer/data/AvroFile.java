package io.lowtide.trainer.data;

import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.feature.FeatureInput.Kind;
import io.lowtide.density.feature.RecordMisfitException;
import io.lowtide.density.feature.RecordReader;
import io.lowtide.density.feature.TimeValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;

/**
 * Avro object containers of records; nested fields are named with dots. Numbers are columns of
 * numbers; strings, enums, booleans and points in time are columns of texts; null is a missing
 * value.
 */
final class AvroFile implements RecordSource {

  private final Path file;

  AvroFile(Path file) {
    this.file = file;
  }

  @Override
  public String name() {
    return file.getFileName().toString();
  }

  @Override
  public LabelledTable read(TableSelection selection) {
    return open(reader -> read(name(), reader, selection));
  }

  @Override
  public List<String> columns(Optional<String> label) {
    return open(
        reader ->
            new TableSelection(List.of(), label)
                .resolve(name(), List.copyOf(kinds(name(), reader).keySet())));
  }

  /** Something to do with an open file. */
  private interface Use<T> {
    T of(DataFileReader<GenericRecord> reader);
  }

  private <T> T open(Use<T> use) {
    try (DataFileReader<GenericRecord> reader =
        new DataFileReader<>(file.toFile(), new GenericDatumReader<>())) {
      return use.of(reader);
    } catch (DataException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Avro meets corrupt bytes with many kinds of exceptions.
      throw new DataException(
          name() + ": not an intact Avro object container: " + e.getMessage(), e);
    }
  }

  private static Map<String, Kind> kinds(String source, DataFileReader<GenericRecord> reader) {
    Map<String, Kind> kinds = new LinkedHashMap<>();
    collect(source, "", reader.getSchema(), kinds, Set.of());
    return kinds;
  }

  private static LabelledTable read(
      String source, DataFileReader<GenericRecord> reader, TableSelection selection) {
    Map<String, Kind> available = kinds(source, reader);
    List<String> columns = selection.resolve(source, List.copyOf(available.keySet()));
    List<FeatureInput> inputs =
        new ArrayList<>(columns.stream().map(name -> input(name, available, selection)).toList());
    selection.label().ifPresent(name -> inputs.add(FeatureInput.number(name, false)));
    return read(source, reader, columns, inputs, selection);
  }

  private static FeatureInput input(
      String name, Map<String, Kind> available, TableSelection selection) {
    return switch (available.get(name)) {
      case TIME -> FeatureInput.time(name, true);
      case CATEGORY -> FeatureInput.category(name, true, List.of());
      case NUMBER ->
          selection.texts().contains(name)
              ? FeatureInput.category(name, true, List.of())
              : FeatureInput.number(name, true);
    };
  }

  private static LabelledTable read(
      String source,
      DataFileReader<GenericRecord> reader,
      List<String> columns,
      List<FeatureInput> inputs,
      TableSelection selection) {
    RecordReader fields = new RecordReader(inputs);
    boolean[] texts = new boolean[columns.size()];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = inputs.get(i).kind() != Kind.NUMBER;
    }
    TableBuilder table = new TableBuilder(source, columns, texts);
    double[] values = new double[inputs.size()];
    for (int index = 0; reader.hasNext(); index++) {
      GenericRecord record = reader.next();
      try {
        fields.read(record, values);
      } catch (RecordMisfitException e) {
        throw new DataException(source + " record " + index + ", " + e.getMessage(), e);
      }
      double[] row = new double[columns.size()];
      for (int i = 0; i < row.length; i++) {
        row[i] = texts[i] ? text(table, fields, record, inputs, i, values[i]) : values[i];
      }
      table.add(row, selection.label().isPresent() && values[columns.size()] != 0);
    }
    return table.build();
  }

  private static double text(
      TableBuilder table,
      RecordReader fields,
      GenericRecord record,
      List<FeatureInput> inputs,
      int index,
      double value) {
    if (Double.isNaN(value)) {
      return value;
    }
    Optional<String> text =
        inputs.get(index).kind() == Kind.TIME
            ? Optional.of(TimeValue.text(value))
            : fields.text(index, record);
    return table.text(index, text.orElseThrow());
  }

  /**
   * @param enclosing names of the records around this one: what a record holds of its own kind, as
   *     lists and trees do, has no end
   */
  private static void collect(
      String source, String prefix, Schema schema, Map<String, Kind> kinds, Set<String> enclosing) {
    if (schema.getType() != Schema.Type.RECORD) {
      throw new DataException(source + ": holds " + schema.getType() + ", expected records");
    }
    if (enclosing.contains(schema.getFullName())) {
      return;
    }
    Set<String> here = new HashSet<>(enclosing);
    here.add(schema.getFullName());
    for (Schema.Field field : schema.getFields()) {
      String name = prefix + field.name();
      for (Schema branch : branches(field.schema())) {
        switch (branch.getType()) {
          case INT, LONG ->
              kinds.putIfAbsent(name, branch.getLogicalType() == null ? Kind.NUMBER : Kind.TIME);
          case FLOAT, DOUBLE -> kinds.putIfAbsent(name, Kind.NUMBER);
          case STRING, ENUM, BOOLEAN -> kinds.putIfAbsent(name, Kind.CATEGORY);
          case RECORD -> collect(source, name + ".", branch, kinds, here);
          default -> {
            // Nothing that a feature can be made of.
          }
        }
      }
    }
  }

  private static List<Schema> branches(Schema schema) {
    return schema.getType() == Schema.Type.UNION ? schema.getTypes() : List.of(schema);
  }
}
