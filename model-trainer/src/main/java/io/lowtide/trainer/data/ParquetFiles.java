package io.lowtide.trainer.data;

import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.feature.FieldText;
import io.lowtide.density.feature.RecordMisfitException;
import io.lowtide.density.feature.RecordReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Parquet files, one behind the other, as Avro records: one that is filled anew for each row. Only
 * the columns that are asked for are read, a row group at a time.
 */
final class ParquetFiles implements AvroInput {

  private final List<InputFile> files;
  private final String source;

  ParquetFiles(List<InputFile> files) {
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
    List<AvroColumns> columns = new ArrayList<>();
    for (InputFile file : files) {
      open(
          file,
          reader -> {
            ParquetFields fields = ParquetFields.of(schema(reader));
            columns.add(new AvroColumns(file.name(), List.of(fields.schema()), fields.leftOut()));
            columns.get(columns.size() - 1).requireThoseOf(columns.get(0));
          });
    }
    return columns.get(0);
  }

  private static MessageType schema(ParquetFileReader reader) {
    return reader.getFooter().getFileMetaData().getSchema();
  }

  @Override
  public RowSample sample(Sampling sampling) {
    return FileRow.sample(source, sampling);
  }

  @Override
  public ReadingTally forEach(List<FeatureInput> inputs, FieldText texts, Use use) {
    FileRow origin = new FileRow(source);
    Set<String> asked = new HashSet<>(inputs.stream().map(FeatureInput::field).toList());
    for (InputFile file : files) {
      origin.begin(file.name());
      open(file, reader -> forEach(reader, asked, new RecordReader(inputs, texts), origin, use));
    }
    return origin.tally();
  }

  private static void forEach(
      ParquetFileReader reader, Set<String> asked, RecordReader fields, FileRow origin, Use use)
      throws IOException {
    ParquetFields found = ParquetFields.of(schema(reader));
    List<ParquetFields.Leaf> leaves =
        found.leaves().stream()
            .filter(leaf -> asked.contains(String.join(".", leaf.path())))
            .toList();
    MessageType wanted = projection(schema(reader), leaves);
    reader.setRequestedSchema(wanted);
    GenericData.Record row = record(found.schema());
    List<Cell> cells = leaves.stream().map(leaf -> Cell.of(leaf, row)).toList();
    for (PageReadStore group = reader.readNextRowGroup();
        group != null;
        group = reader.readNextRowGroup()) {
      ColumnReader[] columns = columns(reader, wanted, group, leaves);
      for (long i = 0; i < group.getRowCount(); i++) {
        for (int column = 0; column < columns.length; column++) {
          cells.get(column).take(columns[column]);
        }
        try {
          use.of(origin, fields, row);
        } catch (RecordMisfitException e) {
          throw new DataException(origin.place() + ", " + e.getMessage(), e);
        }
        origin.advance();
      }
    }
  }

  private static ColumnReader[] columns(
      ParquetFileReader reader,
      MessageType wanted,
      PageReadStore group,
      List<ParquetFields.Leaf> leaves) {
    ColumnReadStoreImpl store =
        new ColumnReadStoreImpl(
            group, new NoConverter(), wanted, reader.getFooter().getFileMetaData().getCreatedBy());
    return leaves.stream()
        .map(leaf -> store.getColumnReader(wanted.getColumnDescription(leaf.path())))
        .toArray(ColumnReader[]::new);
  }

  /** The schema with these columns alone. */
  private static MessageType projection(MessageType whole, List<ParquetFields.Leaf> leaves) {
    MessageType projected = new MessageType(whole.getName(), List.<Type>of());
    for (ParquetFields.Leaf leaf : leaves) {
      projected =
          projected.union(new MessageType(whole.getName(), branch(whole, leaf.path(), 0)), false);
    }
    return projected;
  }

  private static Type branch(GroupType group, String[] path, int depth) {
    Type type = group.getType(path[depth]);
    return depth == path.length - 1
        ? type
        : type.asGroupType().withNewFields(branch(type.asGroupType(), path, depth + 1));
  }

  /** A record with a record for each group. */
  private static GenericData.Record record(Schema schema) {
    GenericData.Record record = new GenericData.Record(schema);
    for (Schema.Field field : schema.getFields()) {
      if (field.schema().getType() == Schema.Type.RECORD) {
        record.put(field.pos(), record(field.schema()));
      }
    }
    return record;
  }

  /** The place of a column's value in the record. */
  private record Cell(ParquetFields.Leaf leaf, GenericData.Record record, int position) {

    static Cell of(ParquetFields.Leaf leaf, GenericData.Record row) {
      GenericData.Record record = row;
      String[] path = leaf.path();
      for (int depth = 0; depth < path.length - 1; depth++) {
        record = (GenericData.Record) record.get(path[depth]);
      }
      return new Cell(leaf, record, record.getSchema().getField(path[path.length - 1]).pos());
    }

    void take(ColumnReader column) {
      boolean there =
          column.getCurrentDefinitionLevel() == column.getDescriptor().getMaxDefinitionLevel();
      record.put(position, there ? leaf.value().apply(column) : null);
      column.consume();
    }
  }

  /** Parquet names files in its messages by their text, which otherwise is that of an object. */
  private static final class NamedFile extends LocalInputFile {

    private final String name;

    NamedFile(InputFile file) {
      super(file.path());
      this.name = file.name();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** Something to do with an open file. */
  private interface OpenUse {
    void of(ParquetFileReader reader) throws IOException;
  }

  private static void open(InputFile file, OpenUse use) {
    // Without a configuration of Parquet's own it would load Hadoop's.
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new ParquetCodecs(file.name()))
            .usePageChecksumVerification()
            .build();
    try (ParquetFileReader reader = new ParquetFileReader(new NamedFile(file), options)) {
      use.of(reader);
    } catch (DataException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Parquet meets corrupt bytes with many kinds of exceptions.
      throw new DataException(file.name() + ": not an intact Parquet file: " + Causes.text(e), e);
    } catch (StackOverflowError e) {
      throw new DataException(file.name() + ": its fields are nested too deeply to be read", e);
    } catch (OutOfMemoryError e) {
      // A damaged size asks for more than there is, and so do too many rows.
      throw new DataException(
          file.name() + ": more than fits into memory, or not an intact Parquet file", e);
    }
  }

  /** Parquet asks for one, and where columns are read by hand it has nothing to do. */
  private static final class NoConverter extends GroupConverter {

    @Override
    public Converter getConverter(int field) {
      return new PrimitiveConverter() {
        @Override
        public GroupConverter asGroupConverter() {
          return NoConverter.this;
        }

        @Override
        public boolean isPrimitive() {
          return true;
        }

        @Override
        public void addBinary(Binary value) {
          // Read by hand.
        }
      };
    }

    @Override
    public void start() {
      // Read by hand.
    }

    @Override
    public void end() {
      // Read by hand.
    }
  }
}
