package io.lowtide.trainer.retrain;

import io.lowtide.trainer.data.Causes;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.ReadingTally;
import io.lowtide.trainer.data.Table;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * The records of a run on disk: a topic moves on, and a run that was interrupted must go on with
 * what it began with.
 */
final class RecordsFile {

  private static final int MAGIC = 0x4C545243;
  private static final int VERSION = 1;
  private static final int BUFFER = 1 << 16;

  private RecordsFile() {}

  /**
   * Writes them; the file is there whole or not at all.
   *
   * @throws IOException if it cannot be written
   */
  static void write(Path file, RunRecords records) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    try (FileOutputStream bytes = new FileOutputStream(unfinished.toFile())) {
      CheckedOutputStream checked =
          new CheckedOutputStream(new BufferedOutputStream(bytes, BUFFER), new CRC32());
      DataOutputStream out = new DataOutputStream(checked);
      write(out, records);
      out.writeLong(checked.getChecksum().getValue());
      out.flush();
      bytes.getFD().sync();
    }
    Files.move(
        unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void write(DataOutputStream out, RunRecords records) throws IOException {
    Table table = records.table();
    out.writeInt(MAGIC);
    out.writeInt(VERSION);
    writeText(out, table.source());
    out.writeInt(table.columns().size());
    for (String column : table.columns()) {
      writeText(out, column);
      List<String> dictionary = table.dictionaries().get(column);
      out.writeInt(dictionary == null ? -1 : dictionary.size());
      if (dictionary != null) {
        for (String text : dictionary) {
          writeText(out, text);
        }
      }
    }
    ReadingTally tally = records.tally();
    out.writeLong(tally.read());
    out.writeLong(tally.unreadable());
    out.writeLong(tally.leftOut());
    out.writeLong(tally.from().map(Instant::toEpochMilli).orElse(Long.MIN_VALUE));
    out.writeLong(tally.to().map(Instant::toEpochMilli).orElse(Long.MIN_VALUE));
    out.writeInt(table.size());
    for (int row = 0; row < table.size(); row++) {
      out.writeBoolean(records.alerted()[row]);
      for (double value : table.rows()[row]) {
        out.writeDouble(value);
      }
    }
  }

  /**
   * Reads them.
   *
   * @throws DataException if the file is not intact
   */
  static RunRecords read(Path file) {
    try (CheckedInputStream checked =
        new CheckedInputStream(
            new BufferedInputStream(Files.newInputStream(file), BUFFER), new CRC32())) {
      DataInputStream in = new DataInputStream(checked);
      if (in.readInt() != MAGIC || in.readInt() != VERSION) {
        throw new DataException(file + ": no records of a run of this version; delete it");
      }
      RunRecords records = read(in);
      long sum = checked.getChecksum().getValue();
      if (in.readLong() != sum) {
        throw new DataException(file + ": the records of the run are corrupt; delete it");
      }
      return records;
    } catch (EOFException e) {
      throw new DataException(file + ": the records of the run are cut short; delete it", e);
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + Causes.text(e), e);
    }
  }

  private static RunRecords read(DataInputStream in) throws IOException {
    String source = readText(in);
    int count = in.readInt();
    List<String> columns = new ArrayList<>();
    Map<String, List<String>> dictionaries = new HashMap<>();
    for (int i = 0; i < count; i++) {
      String column = readText(in);
      columns.add(column);
      int texts = in.readInt();
      if (texts >= 0) {
        List<String> dictionary = new ArrayList<>();
        for (int text = 0; text < texts; text++) {
          dictionary.add(readText(in));
        }
        dictionaries.put(column, dictionary);
      }
    }
    ReadingTally tally =
        new ReadingTally(in.readLong(), in.readLong(), in.readLong(), time(in), time(in));
    int size = in.readInt();
    double[][] rows = new double[size][count];
    boolean[] alerted = new boolean[size];
    for (int row = 0; row < size; row++) {
      alerted[row] = in.readBoolean();
      for (int i = 0; i < count; i++) {
        rows[row][i] = in.readDouble();
      }
    }
    return new RunRecords(new Table(source, columns, rows, dictionaries), alerted, tally);
  }

  private static Optional<Instant> time(DataInputStream in) throws IOException {
    long time = in.readLong();
    return time == Long.MIN_VALUE ? Optional.empty() : Optional.of(Instant.ofEpochMilli(time));
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String readText(DataInputStream in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
