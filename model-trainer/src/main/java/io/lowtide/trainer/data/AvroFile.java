package io.lowtide.trainer.data;

import io.lowtide.density.feature.RecordMisfitException;
import io.lowtide.density.feature.RecordReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;

/** Avro object containers of records; nested fields are named with dots. */
final class AvroFile {

  private AvroFile() {}

  static LabelledTable read(Path file, TableSelection selection) {
    String source = file.getFileName().toString();
    try (DataFileReader<GenericRecord> reader =
        new DataFileReader<>(file.toFile(), new GenericDatumReader<>())) {
      List<String> available = new ArrayList<>();
      collectNumeric(source, "", reader.getSchema(), available);
      List<String> columns = selection.resolve(source, available);
      List<String> names = new ArrayList<>(columns);
      selection.label().ifPresent(names::add);
      RecordReader fields = new RecordReader(names);
      TableBuilder table = new TableBuilder(source, columns);
      double[] values = new double[names.size()];
      for (int index = 0; reader.hasNext(); index++) {
        try {
          fields.read(reader.next(), values);
        } catch (RecordMisfitException e) {
          throw new DataException(source + " record " + index + ", " + e.getMessage(), e);
        }
        boolean anomalous = selection.label().isPresent() && values[columns.size()] != 0;
        table.add(java.util.Arrays.copyOf(values, columns.size()), anomalous);
      }
      return table.build();
    } catch (DataException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Avro meets corrupt bytes with many kinds of exceptions.
      throw new DataException(
          source + ": not an intact Avro object container: " + e.getMessage(), e);
    }
  }

  private static void collectNumeric(
      String source, String prefix, Schema schema, List<String> names) {
    if (schema.getType() != Schema.Type.RECORD) {
      throw new DataException(source + ": holds " + schema.getType() + ", expected records");
    }
    for (Schema.Field field : schema.getFields()) {
      for (Schema branch : branches(field.schema())) {
        switch (branch.getType()) {
          case INT, LONG, FLOAT, DOUBLE -> names.add(prefix + field.name());
          case RECORD -> collectNumeric(source, prefix + field.name() + ".", branch, names);
          default -> {
            // Neither a number nor a record: not for the flow.
          }
        }
      }
    }
  }

  private static List<Schema> branches(Schema schema) {
    return schema.getType() == Schema.Type.UNION ? schema.getTypes() : List.of(schema);
  }
}
