package io.lowtide.trainer.data;

import java.nio.file.Files;
import java.nio.file.Path;

/** Reads tables from files, by the file's ending. */
public final class Tables {

  private Tables() {}

  /**
   * Reads a file: {@code .csv} with a header, or {@code .avro}, an Avro object container.
   *
   * @return the table; without a label column every row counts as normal
   * @throws DataException if the file cannot be read or a value is not a finite number
   */
  public static LabelledTable read(Path file, TableSelection selection) {
    if (!Files.isRegularFile(file)) {
      throw new DataException(file + ": no such file");
    }
    String name = file.getFileName().toString();
    LabelledTable table;
    if (name.endsWith(".csv")) {
      table = CsvFile.read(file, selection);
    } else if (name.endsWith(".avro")) {
      table = AvroFile.read(file, selection);
    } else {
      throw new DataException(file + ": unknown kind of file, expected .csv or .avro");
    }
    if (table.table().size() == 0) {
      throw new DataException(file + ": no rows");
    }
    return table;
  }
}
