package io.lowtide.trainer.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Comma-separated values with a header line. An empty value is a missing one. A column holds
 * numbers if at least half of its values are, and texts otherwise.
 */
final class CsvFile implements RecordSource {

  private static final CSVFormat FORMAT =
      CSVFormat.DEFAULT
          .builder()
          .setHeader()
          .setSkipHeaderRecord(true)
          .setTrim(true)
          .setIgnoreEmptyLines(true)
          .build();

  /** Spreadsheets begin UTF-8 with it. */
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final Path file;
  private final String source;

  CsvFile(Path file) {
    this.file = file;
    this.source = file.getFileName().toString();
  }

  @Override
  public String name() {
    return source;
  }

  @Override
  public LabelledTable read(TableSelection selection) {
    try {
      List<String> columns = selection.resolve(source, header(file));
      TableBuilder table = new TableBuilder(source, columns, texts(file, columns, selection));
      try (CSVParser parser = open(file)) {
        for (CSVRecord record : parser) {
          long line = parser.getCurrentLineNumber();
          requireNoMore(source, line, record, parser.getHeaderNames().size());
          double[] row = new double[columns.size()];
          for (int i = 0; i < row.length; i++) {
            row[i] = value(source, line, record, columns.get(i), i, table);
          }
          table.add(
              row, selection.label().isPresent() && isAnomaly(source, line, record, selection));
        }
      }
      return table.build();
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(source, e);
    } catch (IllegalArgumentException e) {
      throw new DataException(source + ": its header cannot be used: " + e.getMessage(), e);
    }
  }

  @Override
  public List<String> columns(Optional<String> label) {
    try {
      return new TableSelection(List.of(), label).resolve(source, header(file));
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(source, e);
    } catch (IllegalArgumentException e) {
      throw new DataException(source + ": its header cannot be used: " + e.getMessage(), e);
    }
  }

  private static DataException unreadable(String source, Exception cause) {
    boolean encoding =
        cause instanceof CharacterCodingException
            || cause.getCause() instanceof CharacterCodingException;
    return new DataException(
        encoding
            ? source + ": not in UTF-8, expected that encoding"
            : source + ": cannot be read: " + cause.getMessage(),
        cause);
  }

  private static CSVParser open(Path file) throws IOException {
    BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
    reader.mark(1);
    if (reader.read() != BYTE_ORDER_MARK) {
      reader.reset();
    }
    return CSVParser.parse(reader, FORMAT);
  }

  private static List<String> header(Path file) throws IOException {
    try (CSVParser parser = open(file)) {
      return parser.getHeaderNames();
    }
  }

  /** For each column, whether it holds texts; reads the whole file. */
  private static boolean[] texts(Path file, List<String> columns, TableSelection selection)
      throws IOException {
    int[] balance = new int[columns.size()];
    try (CSVParser parser = open(file)) {
      for (CSVRecord record : parser) {
        for (int i = 0; i < balance.length; i++) {
          String text = record.isSet(columns.get(i)) ? record.get(columns.get(i)) : "";
          balance[i] += text.isEmpty() ? 0 : isNumber(text) ? 1 : -1;
        }
      }
    }
    boolean[] texts = new boolean[columns.size()];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = balance[i] < 0 || selection.texts().contains(columns.get(i));
    }
    return texts;
  }

  private static boolean isNumber(String text) {
    try {
      Double.parseDouble(text);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** A value too many has most likely moved those behind it into other columns. */
  private static void requireNoMore(String source, long line, CSVRecord record, int columns) {
    for (int index = columns; index < record.size(); index++) {
      if (!record.get(index).isEmpty()) {
        throw new DataException(
            source
                + " line "
                + line
                + ": "
                + record.size()
                + " values, expected "
                + columns
                + " as in its header");
      }
    }
  }

  private static boolean isAnomaly(
      String source, long line, CSVRecord record, TableSelection selection) {
    String label = selection.label().orElseThrow();
    return number(source, line, label, text(source, line, record, label)) != 0;
  }

  private static double value(
      String source, long line, CSVRecord record, String column, int index, TableBuilder table) {
    String text = text(source, line, record, column);
    if (text.isEmpty()) {
      return Double.NaN;
    }
    return table.isText(index) ? table.text(index, text) : number(source, line, column, text);
  }

  private static String text(String source, long line, CSVRecord record, String column) {
    if (!record.isSet(column)) {
      throw new DataException(source + " line " + line + ": no value in column \"" + column + "\"");
    }
    return record.get(column);
  }

  private static double number(String source, long line, String column, String text) {
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new DataException(place(source, line, column, text), e);
    }
    if (!Double.isFinite(value)) {
      throw new DataException(place(source, line, column, text));
    }
    return value;
  }

  private static String place(String source, long line, String column, String text) {
    return source
        + " line "
        + line
        + ", column \""
        + column
        + "\": \""
        + text
        + "\", expected a finite number";
  }
}
