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

  /** First bytes of an Avro object container. */
  private static final byte[] AVRO_MAGIC = {'O', 'b', 'j', 1};

  private RecordFiles() {}

  /** The records of a file, read as is usual. */
  public static RecordSource of(Path file) {
    return of(List.of(file), ReadingOptions.USUAL);
  }

  /**
   * The records of files, one behind the other: {@code .csv} or {@code .tsv} with a header, or
   * {@code .avro}, Avro object containers, also compressed ({@code .gz}, {@code .zst}). The file
   * {@code -} is the standard input; a folder stands for the files in it with such endings, by
   * name.
   *
   * @param files at least one, all of a kind
   * @throws DataException if there is no such file, or it has another ending
   */
  public static RecordSource of(List<Path> files, ReadingOptions options) {
    List<InputFile> inputs = new ArrayList<>();
    boolean avro = false;
    for (Path file : files.stream().flatMap(RecordFiles::files).toList()) {
      InputFile input = input(file);
      boolean isAvro = isAvro(file, input);
      if (!inputs.isEmpty() && isAvro != avro) {
        throw new DataException(
            input.name()
                + ": another kind of file than "
                + inputs.get(0).name()
                + ", expected all CSV or all Avro");
      }
      avro = isAvro;
      inputs.add(input);
    }
    return avro ? new AvroRecords(new AvroFiles(inputs), options) : new CsvFiles(inputs, options);
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
              + ": a folder without records, expected .csv, .tsv or .avro in it, also with .gz or .zst");
    }
    return found.stream();
  }

  private static boolean isKnown(Path file) {
    String name = uncompressed(file.getFileName().toString());
    return name.endsWith(AVRO) || CSV.stream().anyMatch(name::endsWith);
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

  private static boolean isAvro(Path file, InputFile input) {
    if (file.equals(STANDARD_INPUT)) {
      try (InputStream bytes = input.open()) {
        return Arrays.equals(bytes.readNBytes(AVRO_MAGIC.length), AVRO_MAGIC);
      } catch (IOException e) {
        throw new DataException(input.name() + ": cannot be read: " + Causes.text(e), e);
      }
    }
    String name = uncompressed(input.name());
    if (name.endsWith(AVRO)) {
      return true;
    }
    if (CSV.stream().anyMatch(name::endsWith)) {
      return false;
    }
    throw new DataException(
        file + ": unknown kind of file, expected .csv, .tsv or .avro, also with .gz or .zst");
  }
}
