package io.lowtide.trainer.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads tables from files, by the file's ending. */
public final class Tables {

  private Tables() {}

  /**
   * Reads a file: {@code .csv} with a header, or {@code .avro}, an Avro object container.
   *
   * @return the table; without a label column every row counts as normal
   * @throws DataException if the file cannot be read or a value is not what its column holds
   */
  public static LabelledTable read(Path file, TableSelection selection) {
    LabelledTable table =
        isCsv(file) ? CsvFile.read(file, selection) : AvroFile.read(file, selection);
    if (table.table().size() == 0) {
      throw new DataException(file + ": no rows");
    }
    return table;
  }

  /**
   * Names of a file's columns but the label, in their order.
   *
   * @throws DataException if the file cannot be read
   */
  public static List<String> columns(Path file, Optional<String> label) {
    TableSelection all = new TableSelection(List.of(), label);
    return isCsv(file) ? CsvFile.columns(file, all) : AvroFile.columns(file, all);
  }

  private static boolean isCsv(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new DataException(file + ": no such file");
    }
    String name = file.getFileName().toString();
    if (!name.endsWith(".csv") && !name.endsWith(".avro")) {
      throw new DataException(file + ": unknown kind of file, expected .csv or .avro");
    }
    return name.endsWith(".csv");
  }
}
