package io.lowtide.trainer.command;

import io.lowtide.cli.OptionException;
import io.lowtide.density.feature.FieldText;
import io.lowtide.trainer.data.RecordFiles;
import io.lowtide.trainer.data.RecordSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that name a file of records and its columns of another kind. */
final class RecordOptions {

  @Option(
      names = "--data",
      paramLabel = "FILE",
      arity = "1..*",
      description =
          "Records: CSV with a header, or an Avro object container, also compressed (.gz, .zst), or"
              + " Parquet."
              + " Several files, all of a kind, are read one behind the other; a folder stands for the"
              + " files in it; - is the standard input.")
  private List<Path> data = List.of();

  @Mixin private FileOptions files;

  @Option(
      names = "--label",
      paramLabel = "COLUMN",
      description =
          "Column that marks anomalies: by a number other than 0, by true, by -1 beside 1, or by a"
              + " text other than the normal one. Without it every record counts as normal.")
  private String label;

  @Option(
      names = "--key",
      paramLabel = "COLUMN",
      description =
          "Column of the message key, which is no feature. Where a record is judged by those before"
              + " it, those of its key count, in the order of the file. Without it all records are of"
              + " one key.")
  private String key;

  /**
   * The records.
   *
   * @throws io.lowtide.trainer.data.DataException if there is no such file, or it is of no known
   *     kind
   */
  RecordSource source() {
    requireData();
    return RecordFiles.of(data, files.reading());
  }

  private void requireData() {
    if (data.isEmpty()) {
      throw new OptionException("Missing required option: '--data=FILE'");
    }
  }

  /**
   * The records, to be scored by a model.
   *
   * @param texts what stands for missing values where no option says so
   * @throws io.lowtide.trainer.data.DataException as that of {@link #source()}
   */
  RecordSource source(FieldText texts) {
    requireData();
    return RecordFiles.of(data, files.reading(texts));
  }

  Optional<String> label() {
    return Optional.ofNullable(label);
  }

  Optional<String> key() {
    return Optional.ofNullable(key);
  }
}
