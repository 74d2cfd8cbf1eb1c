package io.lowtide.trainer.data;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * How one CSV file is written.
 *
 * @param encoding of its characters
 * @param separator between its values
 * @param firstLine the first line that is not the spreadsheet's {@code sep=}, from 1
 */
record CsvDialect(Charset encoding, char separator, int firstLine) {

  private static final List<Character> SEPARATORS = List.of(',', ';', '\t', '|');

  /** Looked at to find the separator. */
  private static final int HEAD = 1 << 18;

  private static final int LOOKED_AT = 100;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private static final String SEPARATOR_LINE = "sep=";

  /**
   * Finds it.
   *
   * @throws DataException if it is in UTF-16 and nobody says so
   * @throws IOException if the file cannot be read
   */
  static CsvDialect of(InputFile file, ReadingOptions options) throws IOException {
    byte[] head;
    try (InputStream bytes = file.open()) {
      head = bytes.readNBytes(HEAD);
    }
    if (options.encoding().isEmpty() && isUtf16(head)) {
      throw new DataException(
          file.name() + ": in UTF-16, expected UTF-8; convert it, or set it (--encoding UTF-16)");
    }
    Charset encoding = options.encoding().orElse(StandardCharsets.UTF_8);
    String text = new String(head, encoding);
    if (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
      text = text.substring(1);
    }
    boolean says =
        text.regionMatches(true, 0, SEPARATOR_LINE, 0, SEPARATOR_LINE.length())
            && text.length() > SEPARATOR_LINE.length()
            && text.indexOf('\n') <= SEPARATOR_LINE.length() + 2;
    int firstLine = says && text.indexOf('\n') > 0 ? 2 : 1;
    if (options.separator().isPresent()) {
      return new CsvDialect(encoding, options.separator().get(), firstLine);
    }
    if (firstLine == 2) {
      return new CsvDialect(encoding, text.charAt(SEPARATOR_LINE.length()), 2);
    }
    boolean whole = head.length < HEAD;
    return new CsvDialect(
        encoding, found(whole ? text : text.substring(0, text.lastIndexOf('\n') + 1)), 1);
  }

  private static boolean isUtf16(byte[] head) {
    if (head.length < 2) {
      return false;
    }
    int mark = Byte.toUnsignedInt(head[0]) << Byte.SIZE | Byte.toUnsignedInt(head[1]);
    return mark == 0xfeff || mark == 0xfffe || (head[0] == 0) != (head[1] == 0);
  }

  /** The separator by which most rows have as many values as the header; of equals, more values. */
  private static char found(String text) {
    char best = SEPARATORS.get(0);
    double bestScore = 0;
    for (char separator : SEPARATORS) {
      double score = score(text, separator);
      if (score > bestScore) {
        best = separator;
        bestScore = score;
      }
    }
    return best;
  }

  private static double score(String text, char separator) {
    int header = 0;
    int rows = 0;
    int fitting = 0;
    try (CsvReader<CsvRecord> reader = builder(separator).ofCsvRecord(text)) {
      for (CsvRecord record : reader) {
        if (record.isComment()) {
          continue;
        }
        if (header == 0) {
          header = record.getFieldCount();
          continue;
        }
        rows++;
        fitting += record.getFieldCount() == header ? 1 : 0;
        if (rows == LOOKED_AT) {
          break;
        }
      }
    } catch (CsvParseException | IOException brokenQuotes) {
      // Counts as far as it could be read.
      rows = Math.max(rows, 1);
    }
    double share = rows == 0 ? 1 : (double) fitting / rows;
    return header < 2 ? 0 : share + header * 1e-6;
  }

  /** A reader of its values, quoted or not, lines that begin with # as comments. */
  CsvReader.CsvReaderBuilder builder() {
    return builder(separator);
  }

  private static CsvReader.CsvReaderBuilder builder(char separator) {
    return CsvReader.builder()
        .fieldSeparator(separator)
        .commentStrategy(CommentStrategy.READ)
        .trimWhitespacesAroundQuotes(true)
        .allowMissingFields(true)
        .allowExtraFields(true);
  }
}
