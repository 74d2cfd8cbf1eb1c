package io.lowtide.quickstart.traffic;

import io.lowtide.trainer.data.ColumnNotes;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.LabelledTable;
import io.lowtide.trainer.data.ReadingOptions;
import io.lowtide.trainer.data.RecordFiles;
import io.lowtide.trainer.data.RecordSource;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.data.TableSelection;
import io.lowtide.trainer.feature.FeaturePlan;
import io.lowtide.trainer.feature.FieldRole.Continuous;
import io.lowtide.trainer.feature.FieldRole.Ignored;
import io.lowtide.trainer.feature.PlanInference;
import io.lowtide.trainer.feature.PlannedField;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/**
 * A user's own labelled file: the normal rows 0, 2, 4, ... are trained on, the other normal rows
 * and all anomalies are streamed in the order of the file.
 */
public final class TableTraffic implements LabelledTraffic {

  private static final String ANOMALY = "labelled anomaly";
  private static final int LEAST_TRAINING_ROWS = 100;

  private final Table training;
  private final List<double[]> streamed = new ArrayList<>();
  private final List<Boolean> anomalous = new ArrayList<>();
  private final Schema schema;
  private final List<String> missingTexts;
  private final List<PlannedField> fields;

  private TableTraffic(LabelledTable labelled, List<String> missingTexts) {
    Table table = labelled.table();
    List<String> fields = table.columns().stream().map(TableTraffic::avroName).toList();
    if (new HashSet<>(fields).size() < fields.size()) {
      throw new DataException(
          table.source()
              + ": columns "
              + table.columns()
              + " become the Avro fields "
              + fields
              + ", expected each of another name");
    }
    List<double[]> trained = new ArrayList<>();
    int normals = 0;
    for (int row = 0; row < table.size(); row++) {
      boolean isAnomaly = labelled.anomalous()[row];
      if (!isAnomaly && normals++ % 2 == 0) {
        trained.add(table.rows()[row]);
      } else {
        streamed.add(table.rows()[row]);
        anomalous.add(isAnomaly);
      }
    }
    if (trained.size() < LEAST_TRAINING_ROWS) {
      throw new DataException(
          table.source()
              + ": "
              + normals
              + " normal rows, expected at least "
              + 2 * LEAST_TRAINING_ROWS
              + ": half of them train");
    }
    this.training = table.withRows(trained.toArray(double[][]::new)).renamed(fields);
    this.fields = described(training, table.columns(), labelled.notes());
    this.missingTexts = missingTexts;
    SchemaBuilder.FieldAssembler<Schema> assembler =
        SchemaBuilder.record("Row").namespace("io.lowtide.demo").fields();
    for (String field : fields) {
      assembler =
          training.isText(field)
              ? assembler.optionalString(field)
              : assembler.optionalDouble(field);
    }
    this.schema = assembler.endRecord();
  }

  /**
   * Reads a file as is usual.
   *
   * @param file CSV with a header, or Avro object container
   * @param label column that marks anomalies
   * @throws DataException if the file cannot be used
   */
  public static TableTraffic read(Path file, String label) {
    return read(file, label, ReadingOptions.USUAL);
  }

  /**
   * Reads a file.
   *
   * @param file CSV with a header, or Avro object container
   * @param label column that marks anomalies
   * @param options how to read it
   * @throws DataException if the file cannot be used
   */
  public static TableTraffic read(Path file, String label, ReadingOptions options) {
    RecordSource source = RecordFiles.of(List.of(file), options);
    return new TableTraffic(source.read(TableSelection.labelled(label)), source.missingTexts());
  }

  private static List<PlannedField> described(
      Table training, List<String> columns, ColumnNotes notes) {
    List<PlannedField> described = new ArrayList<>();
    List<PlannedField> inferred = PlanInference.fields(training);
    for (int i = 0; i < columns.size(); i++) {
      PlannedField field =
          inferred.get(i).with(Optional.ofNullable(notes.remarks().get(columns.get(i))));
      boolean isChange =
          field.roles().stream()
              .anyMatch(role -> role instanceof Continuous number && number.difference());
      described.add(
          isChange
              ? new PlannedField(
                  field.name(),
                  List.of(new Ignored()),
                  field.reason() + "; left out here, where every row is a key of its own")
              : field);
    }
    notes
        .leftOut()
        .forEach(
            (name, reason) ->
                described.add(new PlannedField(name, List.of(new Ignored()), reason, false)));
    return List.copyOf(described);
  }

  @Override
  public FeaturePlan plan() {
    return PlanInference.plan(fields).withMissingTexts(missingTexts);
  }

  @Override
  public List<PlannedField> fields() {
    return fields;
  }

  private static String avroName(String column) {
    String name = column.replaceAll("[^A-Za-z0-9_]", "_");
    return name.isEmpty() || Character.isDigit(name.charAt(0)) ? "_" + name : name;
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public Table trainingTable() {
    return training;
  }

  @Override
  public int streamSize() {
    return streamed.size();
  }

  @Override
  public Iterator<LabelledRecord> stream() {
    return IntStream.range(0, streamed.size()).mapToObj(this::record).iterator();
  }

  private Object value(String field, double value) {
    if (Double.isNaN(value)) {
      return null;
    }
    return training.isText(field)
        ? training.dictionaries().get(field).get((int) value)
        : (Object) value;
  }

  private LabelledRecord record(int row) {
    GenericRecord record = new GenericData.Record(schema);
    for (int column = 0; column < training.columns().size(); column++) {
      record.put(column, value(training.columns().get(column), streamed.get(row)[column]));
    }
    return new LabelledRecord(
        "row-" + row, record, anomalous.get(row) ? ANOMALY : LabelledRecord.NORMAL);
  }
}
