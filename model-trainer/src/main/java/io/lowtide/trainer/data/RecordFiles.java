package io.lowtide.trainer.data;

import java.nio.file.Files;
import java.nio.file.Path;

/** Records in files, by the file's ending. */
public final class RecordFiles {

  private RecordFiles() {}

  /**
   * The records of a file: {@code .csv} with a header, or {@code .avro}, an Avro object container.
   *
   * @throws DataException if there is no such file, or it has another ending
   */
  public static RecordSource of(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new DataException(file + ": no such file");
    }
    String name = file.getFileName().toString();
    if (name.endsWith(".csv")) {
      return new CsvFile(file);
    }
    if (name.endsWith(".avro")) {
      return new AvroFile(file);
    }
    throw new DataException(file + ": unknown kind of file, expected .csv or .avro");
  }
}
