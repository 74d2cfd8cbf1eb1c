package io.lowtide.benchmarks.nab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.trainer.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NabSetTest {

  @TempDir private Path folder;

  @Test
  void shouldReadRowsInUtcAndWindowsAsRows() throws IOException {
    writeHours("b.csv", 20);
    writeHours("a.csv", 20);
    windows(
        "{\"b.csv\": [[\"2014-07-01 05:00:00.000000\", \"2014-07-01 07:00:00.000000\"],"
            + " [\"2014-07-01 08:00:00\", \"2014-07-01 19:00:00\"]], \"a.csv\": []}");
    List<NabSet> sets = NabSet.readAll(folder);
    assertThat(sets).extracting(NabSet::name).containsExactly("a", "b");
    NabSet set = sets.get(1);
    assertThat(set.rows()).isEqualTo(20);
    assertThat(set.values()).startsWith(0, 0.5, 1);
    assertThat(set.timestamps()[1]).isEqualTo(Instant.parse("2014-07-01T01:00:00Z"));
    assertThat(set.windows()).containsExactly(new NabWindow(5, 7), new NabWindow(8, 19));
    assertThat(set.windows().get(0).width()).isEqualTo(3);
    assertThat(set.windowOf(4)).isEmpty();
    assertThat(set.windowOf(7)).contains(new NabWindow(5, 7));
    assertThat(sets.get(0).windows()).isEmpty();
  }

  @Test
  void shouldNameASetInASubfolderByItsFile() throws IOException {
    Files.createDirectory(folder.resolve("realKnownCause"));
    writeHours("realKnownCause/c.csv", 10);
    windows("{\"realKnownCause/c.csv\": []}");
    assertThat(NabSet.readAll(folder)).extracting(NabSet::name).containsExactly("c");
  }

  /** NAB's sweeper_test.py for 15 %, and the rows that its published counts leave out. */
  @ParameterizedTest
  @CsvSource({"100, 15", "4032, 604", "4999, 749", "5000, 750", "6000, 750", "22695, 750", "3, 0"})
  void shouldCapTheProbationAtThatOf5000Rows(int rows, int probation) {
    assertThat(NabSet.probationRows(rows)).isEqualTo(probation);
    assertThat(NabSets.ofRows(rows).probationRows()).isEqualTo(probation);
  }

  @Test
  void shouldTakeTheFirstRowOfARepeatedTimestamp() throws IOException {
    Files.writeString(
        folder.resolve("a.csv"),
        "timestamp,value\n2014-11-02 01:00:00,1\n2014-11-02 02:00:00,2\n2014-11-02 01:00:00,3\n"
            + "2014-11-02 02:00:00,4\n");
    windows("{\"a.csv\": [[\"2014-11-02 01:00:00\", \"2014-11-02 02:00:00\"]]}");
    assertThat(NabSet.readAll(folder).get(0).windows()).containsExactly(new NabWindow(0, 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "time,value | header \"time,value\", expected \"timestamp,value\"",
        "timestamp,value;2014-07-01 00:00:00 | line 2: 1 fields, expected 2",
        "timestamp,value;2014-07-01,1 | line 2: timestamp \"2014-07-01\", expected yyyy-MM-dd"
            + " HH:mm:ss",
        "timestamp,value;2014-07-01 00:00:00,1;2014-07-01 01:00:00,x | line 3: value \"x\","
            + " expected a number",
        "timestamp,value;2014-07-01 00:00:00,NaN | line 2: value NaN, expected a finite number",
      })
  void shouldSayWhatIsWrongWithAFile(String lines, String message) throws IOException {
    Files.writeString(folder.resolve("a.csv"), lines.replace(';', '\n') + "\n");
    windows("{\"a.csv\": []}");
    assertThatThrownBy(() -> NabSet.readAll(folder))
        .isInstanceOf(DataException.class)
        .hasMessage(folder.resolve("a.csv") + ": " + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ | no JSON",
        "[] | expected an object of file names and lists of windows",
        "{\"a.csv\": [[\"2014-07-01 05:00:00\"]]} | a.csv: window [\"2014-07-01 05:00:00\"],"
            + " expected a first and a last timestamp",
        "{\"a.csv\": [[1, 2]]} | a.csv: window [1,2], expected a first and a last timestamp",
        "{\"a.csv\": 5} | a.csv: 5, expected a list of windows",
        "{\"a.csv\": [[\"2014-07-01 05:30:00\", \"2014-07-01 06:00:00\"]]} | window limit"
            + " 2014-07-01 05:30:00, expected the timestamp of a row",
        "{\"a.csv\": [[\"2014-07-01 07:00:00\", \"2014-07-01 06:00:00\"]]} | is rows 7 to 6,"
            + " expected a first row from 3 on",
        "{\"a.csv\": [[\"2014-07-01 02:00:00\", \"2014-07-01 06:00:00\"]]} | is rows 2 to 6,"
            + " expected a first row from 3 on",
        "{\"a.csv\": [[\"2014-07-01 05:00:00\", \"2014-07-01 06:00:00\"], [\"2014-07-01"
            + " 06:00:00\", \"2014-07-01 07:00:00\"]]} | is rows 6 to 7, expected a first row from"
            + " 7 on",
      })
  void shouldSayWhatIsWrongWithTheWindows(String json, String message) throws IOException {
    writeHours("a.csv", 20);
    windows(json);
    assertThatThrownBy(() -> NabSet.readAll(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void shouldNameAFileThatIsNotThere() throws IOException {
    windows("{\"a.csv\": []}");
    assertThatThrownBy(() -> NabSet.readAll(folder))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("a.csv");
  }

  private void writeHours(String name, int rows) throws IOException {
    StringBuilder text = new StringBuilder("timestamp,value\n");
    for (int row = 0; row < rows; row++) {
      text.append(String.format("2014-07-01 %02d:00:00,%s%n", row, row / 2.0));
    }
    Files.writeString(folder.resolve(name), text);
  }

  private void windows(String json) throws IOException {
    Files.writeString(folder.resolve(NabSet.WINDOWS), json);
  }
}
