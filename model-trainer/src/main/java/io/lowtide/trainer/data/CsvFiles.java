package io.lowtide.trainer.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Files of separated values with a header line, one behind the other. A column holds numbers if at
 * least half of its values are, and texts otherwise. Columns go by their names; those of the first
 * file must be in each of the others.
 */
final class CsvFiles implements RecordSource {

  private final List<InputFile> files;
  private final ReadingOptions options;
  private final String source;
  private ReadingTally tally;

  CsvFiles(List<InputFile> files, ReadingOptions options) {
    this.files = List.copyOf(files);
    this.options = options;
    this.source = String.join(", ", files.stream().map(InputFile::name).toList());
  }

  @Override
  public String name() {
    return source;
  }

  @Override
  public List<String> columns(Optional<String> label) {
    List<String> named = header().stream().filter(name -> !name.isEmpty()).toList();
    return new TableSelection(List.of(), label).resolve(source, named);
  }

  private List<String> header() {
    List<String> header = new ArrayList<>();
    read(files.get(0), rows -> header.addAll(rows.header()));
    return header;
  }

  @Override
  public List<String> missingTexts() {
    return options.texts().missingTexts();
  }

  @Override
  public Optional<ReadingTally> tally() {
    return Optional.ofNullable(tally);
  }

  @Override
  public LabelledTable read(TableSelection selection, Sampling sampling, Optional<String> key) {
    List<String> header = header();
    List<String> named = header.stream().filter(name -> !name.isEmpty()).toList();
    List<String> columns = selection.resolve(source, named);
    List<ColumnProfile> profiles = profiles(columns);
    boolean[] texts = new boolean[columns.size()];
    List<ColumnReader> readers = new ArrayList<>();
    Map<String, String> remarks = new LinkedHashMap<>();
    for (int i = 0; i < texts.length; i++) {
      String name = columns.get(i);
      ColumnProfile profile = profiles.get(i);
      texts[i] = profile.isText() || selection.texts().contains(name);
      readers.add(new ColumnReader(i, name, profile.form(), options.texts()));
      profile.remark().ifPresent(remark -> remarks.put(name, remark));
    }
    TableBuilder table =
        new TableBuilder(source, columns, texts, selection, FileRow.sample(source, sampling), key);
    Optional<LabelColumn> label =
        selection.label().map(name -> new LabelColumn(source, name, options.normalLabel()));
    FileRow row = new FileRow(source);
    for (InputFile file : files) {
      read(file, rows -> read(rows, readers, label, table, row));
    }
    tally = row.tally();
    return table.build(label, new ColumnNotes(unnamed(header), remarks));
  }

  private static Map<String, String> unnamed(List<String> header) {
    Map<String, String> leftOut = new LinkedHashMap<>();
    for (int i = 0; i < header.size(); i++) {
      if (header.get(i).isEmpty()) {
        leftOut.put(
            "column " + (i + 1),
            "has no name in the header, as the row numbers of pandas have none");
      }
    }
    return leftOut;
  }

  /** Reads every file once. */
  private List<ColumnProfile> profiles(List<String> columns) {
    List<ColumnProfile> profiles =
        columns.stream().map(unused -> new ColumnProfile(options)).toList();
    for (InputFile file : files) {
      read(
          file,
          rows -> {
            int[] places = places(rows, columns);
            while (rows.next()) {
              for (int i = 0; i < places.length; i++) {
                profiles.get(i).see(rows.value(places[i]));
              }
            }
          });
    }
    return profiles;
  }

  private static void read(
      CsvRows rows,
      List<ColumnReader> readers,
      Optional<LabelColumn> label,
      TableBuilder table,
      FileRow origin) {
    int[] places = places(rows, readers.stream().map(ColumnReader::name).toList());
    int labelPlace = label.map(column -> place(rows, column.name())).orElse(-1);
    double[] row = new double[places.length];
    while (rows.next()) {
      if (table.needs(origin)) {
        for (int i = 0; i < places.length; i++) {
          row[i] = readers.get(i).value(rows, rows.value(places[i]), table);
        }
        table.add(row, origin);
      }
      label.ifPresent(column -> column.add(rows.value(labelPlace), rows::place));
      origin.advance();
    }
  }

  private static int[] places(CsvRows rows, List<String> columns) {
    return columns.stream().mapToInt(name -> place(rows, name)).toArray();
  }

  private static int place(CsvRows rows, String column) {
    int place = rows.header().indexOf(column);
    if (place < 0) {
      throw new DataException(
          rows.name() + ": no column \"" + column + "\", expected one of " + rows.header());
    }
    return place;
  }

  /** Something to do with the rows of a file. */
  private interface Use {
    void of(CsvRows rows);
  }

  private void read(InputFile file, Use use) {
    CsvDialect dialect = null;
    try {
      dialect = CsvDialect.of(file, options);
      try (CsvRows rows = new CsvRows(file, dialect, options.texts())) {
        use.of(rows);
      }
    } catch (IOException | UncheckedIOException | CsvParseException e) {
      if (dialect != null && isOfEncoding(e)) {
        throw new DataException(otherEncoding(file, dialect.encoding()), e);
      }
      throw new DataException(file.name() + ": cannot be read: " + Causes.text(e), e);
    }
  }

  private static boolean isOfEncoding(Throwable fault) {
    return fault != null
        && (fault instanceof CharacterCodingException || isOfEncoding(fault.getCause()));
  }

  private static String otherEncoding(InputFile file, Charset expected) {
    return file.name()
        + lineNotIn(file, expected)
        + ": not in "
        + expected
        + ", expected that encoding; texts of western Europe are often in ISO-8859-1 (Latin-1) or"
        + " windows-1252: convert it, or set it (--encoding)";
  }

  private static String lineNotIn(InputFile file, Charset encoding) {
    try (InputStream bytes = file.open()) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      int number = 1;
      for (int next = bytes.read(); next >= 0; next = bytes.read()) {
        if (next == '\n') {
          if (!decodes(line, encoding)) {
            return " line " + number;
          }
          line.reset();
          number++;
        } else {
          line.write(next);
        }
      }
      return " line " + number;
    } catch (IOException unreadable) {
      return "";
    }
  }

  private static boolean decodes(ByteArrayOutputStream line, Charset encoding) {
    try {
      encoding.newDecoder().decode(ByteBuffer.wrap(line.toByteArray()));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
