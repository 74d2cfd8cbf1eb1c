package io.lowtide.trainer.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Records in files, by the files' endings. */
public final class RecordFiles {

  /** Name of the standard input. */
  public static final Path STANDARD_INPUT = Path.of("-");

  private static final List<String> COMPRESSED = List.of(".gz", ".zst");
  private static final List<String> CSV = List.of(".csv", ".tsv");
  private static final String AVRO = ".avro";

  private static final String PARQUET = ".parquet";

  /** First bytes of an Avro object container. */
  private static final byte[] AVRO_MAGIC = {'O', 'b', 'j', 1};

  /** First bytes of a Parquet file. */
  private static final byte[] PARQUET_MAGIC = {'P', 'A', 'R', '1'};

  /** Kinds of files, as they are told. */
  private enum Kind {
    CSV,
    AVRO,
    PARQUET
  }

  private RecordFiles() {}

  /** The records of a file, read as is usual. */
  public static RecordSource of(Path file) {
    return of(List.of(file), ReadingOptions.USUAL);
  }

  /**
   * The records of files, one behind the other: {@code .csv} or {@code .tsv} with a header, or
   * {@code .avro}, Avro object containers, both also compressed ({@code .gz}, {@code .zst}), or
   * {@code .parquet}. The file {@code -} is the standard input; a folder stands for the files in it
   * with such endings, by name.
   *
   * @param files at least one, all of a kind
   * @throws DataException if there is no such file, or it has another ending
   */
  public static RecordSource of(List<Path> files, ReadingOptions options) {
    List<InputFile> inputs = new ArrayList<>();
    Kind kind = Kind.CSV;
    for (Path file : files.stream().flatMap(RecordFiles::files).toList()) {
      InputFile input = input(file);
      Kind found = kind(file, input);
      if (!inputs.isEmpty() && found != kind) {
        throw new DataException(
            input.name()
                + ": another kind of file than "
                + inputs.get(0).name()
                + ", expected all CSV, all Avro or all Parquet");
      }
      kind = found;
      inputs.add(input);
    }
    return switch (kind) {
      case CSV -> new CsvFiles(inputs, options);
      case AVRO -> new AvroRecords(new AvroFiles(inputs), options);
      case PARQUET -> new AvroRecords(new ParquetFiles(inputs), options);
    };
  }

  private static Stream<Path> files(Path path) {
    if (!Files.isDirectory(path)) {
      return Stream.of(path);
    }
    List<Path> found;
    try (Stream<Path> inside = Files.list(path)) {
      found =
          inside
              .filter(file -> Files.isRegularFile(file) && isKnown(file))
              .sorted(Comparator.comparing(file -> file.getFileName().toString()))
              .toList();
    } catch (IOException e) {
      throw new DataException(path + ": the folder cannot be read: " + Causes.text(e), e);
    }
    if (found.isEmpty()) {
      throw new DataException(
          path
              + ": a folder without records, expected .csv, .tsv or .avro in it, also with .gz or .zst, or"
              + " .parquet");
    }
    return found.stream();
  }

  private static boolean isKnown(Path file) {
    String name = uncompressed(file.getFileName().toString());
    return name.endsWith(AVRO)
        || file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(PARQUET)
        || CSV.stream().anyMatch(name::endsWith);
  }

  /** In small letters, without the ending of a compressed file. */
  private static String uncompressed(String fileName) {
    String name = fileName.toLowerCase(Locale.ROOT);
    for (String ending : COMPRESSED) {
      name = name.endsWith(ending) ? name.substring(0, name.length() - ending.length()) : name;
    }
    return name;
  }

  private static InputFile input(Path file) {
    if (file.equals(STANDARD_INPUT)) {
      return standardInput();
    }
    if (!Files.isRegularFile(file)) {
      throw new DataException(file + ": no such file");
    }
    return new InputFile(file, file.getFileName().toString());
  }

  /** Kept in a file, since it is read more than once. */
  private static InputFile standardInput() {
    try {
      Path copy = Files.createTempFile("lowtide-input-", "");
      copy.toFile().deleteOnExit();
      Files.copy(System.in, copy, StandardCopyOption.REPLACE_EXISTING);
      return new InputFile(copy, "standard input");
    } catch (IOException e) {
      throw new UncheckedIOException("the standard input cannot be read", e);
    }
  }

  private static Kind kind(Path file, InputFile input) {
    if (file.equals(STANDARD_INPUT)) {
      try (InputStream bytes = input.open()) {
        byte[] magic = bytes.readNBytes(AVRO_MAGIC.length);
        if (Arrays.equals(magic, PARQUET_MAGIC)) {
          return Kind.PARQUET;
        }
        return Arrays.equals(magic, AVRO_MAGIC) ? Kind.AVRO : Kind.CSV;
      } catch (IOException e) {
        throw new DataException(input.name() + ": cannot be read: " + Causes.text(e), e);
      }
    }
    String name = uncompressed(input.name());
    if (input.name().toLowerCase(Locale.ROOT).endsWith(PARQUET)) {
      return Kind.PARQUET;
    }
    if (name.endsWith(AVRO)) {
      return Kind.AVRO;
    }
    if (CSV.stream().anyMatch(name::endsWith)) {
      return Kind.CSV;
    }
    throw new DataException(
        file
            + (name.endsWith(PARQUET)
                ? ": a Parquet file is compressed within, expected .parquet alone"
                : ": unknown kind of file, expected .csv, .tsv or .avro, also with .gz or .zst, or"
                    + " .parquet"));
  }
}
