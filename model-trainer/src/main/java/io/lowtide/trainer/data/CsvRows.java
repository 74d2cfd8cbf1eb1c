package io.lowtide.trainer.data;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.lowtide.density.feature.FieldText;
import io.lowtide.density.feature.TimeReading;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.util.Iterator;
import java.util.List;

/** The rows of one CSV file, behind its header. Belongs to one thread. */
final class CsvRows implements Closeable {

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final InputFile file;
  private final CsvDialect dialect;
  private final FieldText texts;
  private final LastCharacter characters;
  private final CsvReader<CsvRecord> reader;
  private final Iterator<CsvRecord> records;
  private final List<String> header;
  private CsvRecord row;
  private long line;

  /**
   * Opens a file and reads its header.
   *
   * @throws DataException if it has none
   * @throws IOException if it cannot be read
   */
  CsvRows(InputFile file, CsvDialect dialect, FieldText texts) throws IOException {
    this.file = file;
    this.dialect = dialect;
    this.texts = texts;
    BufferedReader decoded =
        new BufferedReader(new InputStreamReader(file.open(), dialect.encoding().newDecoder()));
    decoded.mark(1);
    if (decoded.read() != BYTE_ORDER_MARK) {
      decoded.reset();
    }
    for (int line = 1; line < dialect.firstLine(); line++) {
      decoded.readLine();
    }
    this.characters = new LastCharacter(decoded);
    this.reader = dialect.builder().ofCsvRecord(characters);
    this.records = reader.iterator();
    this.header = readHeader();
  }

  private List<String> readHeader() {
    boolean commented = false;
    while (records.hasNext()) {
      CsvRecord record = records.next();
      if (record.isComment()) {
        commented = true;
        continue;
      }
      List<String> names = record.getFields().stream().map(FieldText::strip).toList();
      requireNames(names, line(record), commented);
      return names;
    }
    throw new DataException(file.name() + ": empty, expected a header and rows");
  }

  private void requireNames(List<String> names, long line, boolean commented) {
    if (names.stream().allMatch(CsvRows::isValue)) {
      throw new DataException(
          file.name()
              + " line "
              + line
              + ": "
              + names
              + ", expected a header with the names of the columns"
              + (commented ? "; if it is the line with #, take that away" : ""));
    }
  }

  private static boolean isValue(String text) {
    return text.isEmpty()
        || !Double.isNaN(NumberForm.PLAIN.parse(text))
        || !Double.isNaN(NumberForm.ofGroups(text, DecimalMark.COMMA))
        || !Double.isNaN(TimeReading.UTC.ofDate(text));
  }

  /** Of the file. */
  String name() {
    return file.name();
  }

  /** Names of the columns, as they are in the file; empty for one without. */
  List<String> header() {
    return header;
  }

  /**
   * Goes to the next row.
   *
   * @return whether there is one
   * @throws DataException if it has more values than the header has names
   */
  boolean next() {
    while (records.hasNext()) {
      CsvRecord record = records.next();
      line = line(record);
      if (record.isComment()) {
        record = asRow(record);
        if (record == null) {
          continue;
        }
      }
      row = record;
      requireNoMore();
      return true;
    }
    requireClosedQuote();
    return false;
  }

  /** A line that begins with # and has as many values as the header is a row: its first is #N/A. */
  private CsvRecord asRow(CsvRecord comment) {
    String text = "#" + comment.getField(0);
    CsvRecord values =
        dialect.builder().commentStrategy(CommentStrategy.NONE).ofSingleCsvRecord(text);
    boolean fits =
        values.getFieldCount() == header.size()
            && (header.size() > 1 || texts.isMissing(FieldText.strip(text)));
    return fits ? values : null;
  }

  /** Behind a quote that is not closed all the other rows would be one value. */
  private void requireClosedQuote() {
    if (row == null) {
      return;
    }
    String last = row.getField(row.getFieldCount() - 1);
    if (last.indexOf('\n') >= 0 && characters.last() != '"') {
      throw new DataException(place() + ": a quote that is not closed, expected another one");
    }
  }

  /** A value too many has most likely moved those behind it into other columns. */
  private void requireNoMore() {
    for (int index = header.size(); index < row.getFieldCount(); index++) {
      if (!FieldText.strip(row.getField(index)).isEmpty()) {
        throw new DataException(
            place()
                + ": "
                + row.getFieldCount()
                + " values, expected "
                + header.size()
                + " as in its header");
      }
    }
  }

  /**
   * A value of the row, without blanks around it.
   *
   * @throws DataException if the row ends before it
   */
  String value(int column) {
    if (column >= row.getFieldCount()) {
      throw new DataException(place() + ": no value in column \"" + header.get(column) + "\"");
    }
    return FieldText.strip(row.getField(column));
  }

  /** File and line of the row, for messages. */
  String place() {
    return file.name() + " line " + line;
  }

  private long line(CsvRecord record) {
    return record.getStartingLineNumber() + dialect.firstLine() - 1;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  /** Remembers the last character that is no blank. */
  private static final class LastCharacter extends FilterReader {

    private char last;

    LastCharacter(Reader in) {
      super(in);
    }

    char last() {
      return last;
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      if (read > ' ') {
        last = (char) read;
      }
      return read;
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
      int count = super.read(buffer, offset, length);
      for (int at = offset + count - 1; at >= offset; at--) {
        if (buffer[at] > ' ') {
          last = buffer[at];
          break;
        }
      }
      return count;
    }
  }
}
