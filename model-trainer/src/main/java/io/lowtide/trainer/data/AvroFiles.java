package io.lowtide.trainer.data;

import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.feature.FieldText;
import io.lowtide.density.feature.RecordMisfitException;
import io.lowtide.density.feature.RecordReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;

/** Avro object containers of records, one behind the other. */
final class AvroFiles implements AvroInput {

  private final List<InputFile> files;
  private final String source;

  AvroFiles(List<InputFile> files) {
    this.files = List.copyOf(files);
    this.source = String.join(", ", files.stream().map(InputFile::name).toList());
  }

  @Override
  public String name() {
    return source;
  }

  /** Of the first file, which the others must have, too. */
  @Override
  public AvroColumns columns() {
    AvroColumns first = null;
    for (InputFile file : files) {
      AvroColumns columns = new AvroColumns(file.name(), List.of(schema(file)));
      first = first == null ? columns : first;
      columns.requireThoseOf(first);
    }
    return first;
  }

  private static Schema schema(InputFile file) {
    Schema[] schema = new Schema[1];
    open(file, reader -> schema[0] = reader.getSchema());
    return schema[0];
  }

  @Override
  public RowSample sample(Sampling sampling) {
    return FileRow.sample(source, sampling);
  }

  @Override
  public ReadingTally forEach(List<FeatureInput> inputs, FieldText texts, Use use) {
    FileRow origin = new FileRow(source);
    for (InputFile file : files) {
      // One for each: files may have schemas of their own.
      RecordReader fields = new RecordReader(inputs, texts);
      origin.begin(file.name());
      open(
          file,
          reader -> {
            while (reader.hasNext()) {
              Object record = reader.next();
              if (!(record instanceof GenericRecord generic)) {
                throw new DataException(origin.place() + ": " + record + ", expected a record");
              }
              try {
                use.of(origin, fields, generic);
              } catch (RecordMisfitException e) {
                throw new DataException(origin.place() + ", " + e.getMessage(), e);
              }
              origin.advance();
            }
          });
    }
    return origin.tally();
  }

  /** Something to do with an open file. */
  private interface OpenUse {
    void of(DataFileStream<Object> reader) throws IOException;
  }

  private static void open(InputFile file, OpenUse use) {
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
