package io.lowtide.trainer.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Comma-separated values with a header line. */
final class CsvFile {

  private static final CSVFormat FORMAT =
      CSVFormat.DEFAULT
          .builder()
          .setHeader()
          .setSkipHeaderRecord(true)
          .setTrim(true)
          .setIgnoreEmptyLines(true)
          .build();

  private CsvFile() {}

  static LabelledTable read(Path file, TableSelection selection) {
    String source = file.getFileName().toString();
    try (CSVParser parser =
        CSVParser.parse(Files.newBufferedReader(file, StandardCharsets.UTF_8), FORMAT)) {
      List<String> columns = selection.resolve(source, parser.getHeaderNames());
      TableBuilder table = new TableBuilder(source, columns);
      for (CSVRecord record : parser) {
        double[] row = new double[columns.size()];
        for (int i = 0; i < row.length; i++) {
          row[i] = number(source, parser, record, columns.get(i));
        }
        boolean anomalous =
            selection.label().isPresent()
                && number(source, parser, record, selection.label().get()) != 0;
        table.add(row, anomalous);
      }
      return table.build();
    } catch (IOException | UncheckedIOException e) {
      throw new DataException(source + ": cannot be read: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new DataException(source + ": its header cannot be used: " + e.getMessage(), e);
    }
  }

  private static double number(String source, CSVParser parser, CSVRecord record, String column) {
    long line = parser.getCurrentLineNumber();
    if (!record.isSet(column)) {
      throw new DataException(source + " line " + line + ": no value in column \"" + column + "\"");
    }
    String text = record.get(column);
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
