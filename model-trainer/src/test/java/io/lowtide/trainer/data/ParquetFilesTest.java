package io.lowtide.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that Arrow wrote: see make.py beside them. */
class ParquetFilesTest {

  private static final int ROWS = 60;

  @TempDir private Path directory;

  private Path file(String name) throws IOException {
    Path copy = directory.resolve(name);
    try (InputStream bytes = getClass().getResourceAsStream("/parquet/" + name)) {
      Files.copy(bytes, copy);
    }
    return copy;
  }

  private static LabelledTable read(RecordSource source) {
    return source.read(new TableSelection(List.of(), Optional.empty()));
  }

  private static Object value(Table table, int row, String column) {
    double value = table.rows()[row][table.indexOf(column)];
    return table.isText(column) && !Double.isNaN(value)
        ? table.dictionaries().get(column).get((int) value)
        : (Object) value;
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "snappy", "gzip", "zstd"})
  void shouldReadEveryTypeUnderEveryCompression(String codec) throws IOException {
    LabelledTable read = read(RecordFiles.of(file(codec + ".parquet")));
    Table table = read.table();
    assertThat(table.size()).isEqualTo(ROWS);
    for (int i = 0; i < ROWS; i++) {
      boolean missing = i % 10 == 7;
      assertThat(value(table, i, "speed")).isEqualTo(missing ? Double.NaN : i / 4.0);
      assertThat(value(table, i, "load [kN]")).isEqualTo(i * 0.5);
      assertThat(value(table, i, "count")).isEqualTo(3.0 * i);
      assertThat(value(table, i, "total")).isEqualTo(0x1p40 + i);
      assertThat(value(table, i, "port")).isEqualTo(4e9 + i);
      assertThat(value(table, i, "mass")).isEqualTo(0x1p63 + 4096.0 * i);
      assertThat(value(table, i, "mode"))
          .isEqualTo(missing ? (Object) Double.NaN : i % 3 == 0 ? "running" : "idle");
      assertThat(value(table, i, "kind")).isEqualTo(i % 2 == 0 ? "b" : "a");
      assertThat(value(table, i, "good")).isEqualTo(i % 2 == 0 ? "true" : "false");
      assertThat(value(table, i, "text")).isEqualTo(i + 0.5);
      assertThat(value(table, i, "price")).isEqualTo(i / 4.0);
      assertThat(value(table, i, "wide")).isEqualTo(i == 0 ? 0.0 : -i / 8.0);
      assertThat(value(table, i, "motor.heat")).isEqualTo(i % 10 == 3 ? Double.NaN : 20.0 + i);
      assertThat(value(table, i, "motor.at.rpm")).isEqualTo(i % 10 == 3 ? Double.NaN : (double) i);
    }
    assertThat(value(table, 28, "day")).isEqualTo("2026-04-01T00:00:00");
    assertThat(value(table, 5, "clock")).isEqualTo("05:30:00");
    assertThat(value(table, 5, "seen")).isEqualTo("2026-03-04T12:05:00Z");
    assertThat(value(table, 5, "local")).isEqualTo("2026-03-04T12:05:00");
    assertThat(value(table, 5, "fine")).isEqualTo("2026-03-04T12:05:00Z");
    assertThat(read.notes().leftOut())
        .containsEntry("tags", "a list: a feature needs one value in each record")
        .containsEntry("extra", "a map: a feature needs one value in each record")
        .containsEntry("raw", "bytes without a meaning")
        .containsEntry("a.b", "its name has a dot, which stands for a field within a field");
  }

  @Test
  void shouldReadPagesOfTheSecondVersionAndTimesOfOldSparks() throws IOException {
    Table pages = read(RecordFiles.of(file("pages2.parquet"))).table();
    assertThat(value(pages, 59, "speed")).isEqualTo(59 / 4.0);
    assertThat(value(pages, 57, "mode")).isEqualTo(Double.NaN);
    assertThat(value(read(RecordFiles.of(file("int96.parquet"))).table(), 59, "seen"))
        .isEqualTo("2026-03-04T12:59:00Z");
  }

  @Test
  void shouldReadTheColumnsThatAreAskedForAndKeepASample() throws IOException {
    RecordSource source = RecordFiles.of(file("snappy.parquet"));
    TableSelection selection =
        new TableSelection(
            List.of("motor.at.rpm", "count"), Optional.empty(), Set.of(), Set.of(), List.of());
    Table table =
        source
            .read(selection, new Sampling(10, Sampling.Kind.UNIFORM, 3), Optional.empty())
            .table();
    assertThat(table.columns()).containsExactly("motor.at.rpm", "count");
    assertThat(table.size()).isEqualTo(10);
    assertThat(source.tally().orElseThrow().read()).isEqualTo(ROWS);
  }

  @Test
  void shouldReadSeveralFilesOneBehindTheOtherAndAFolder() throws IOException {
    file("zstd.parquet");
    file("gzip.parquet");
    RecordSource folder = RecordFiles.of(directory);
    assertThat(read(folder).table().size()).isEqualTo(2 * ROWS);
    file("pages2.parquet");
    assertThatThrownBy(() -> read(RecordFiles.of(directory)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "pages2.parquet: columns {speed=NUMBER, mode=STRING}, expected those");
  }

  @Test
  void shouldNameTheCompressionThatItCannotRead() throws IOException {
    for (String codec : List.of("lz4", "brotli")) {
      Path file = file(codec + ".parquet");
      assertThatThrownBy(() -> read(RecordFiles.of(file)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining(codec + ".parquet: compressed by ")
          .hasMessageContaining("expected SNAPPY, GZIP, ZSTD or no compression");
    }
  }

  @Test
  void shouldNameTheFileThatIsCutOffOrDamaged() throws IOException {
    byte[] whole = Files.readAllBytes(file("snappy.parquet"));
    Random random = new Random(4);
    for (int attempt = 0; attempt < 60; attempt++) {
      byte[] damaged = whole.clone();
      if (attempt % 2 == 0) {
        damaged = Arrays.copyOf(whole, 1 + random.nextInt(whole.length - 1));
      } else {
        // Within the pages, whose checksums tell; some bytes of the footer mean nothing.
        damaged[100 + random.nextInt(8_000)] ^= 0x55;
      }
      Path file = Files.write(directory.resolve("damaged.parquet"), damaged);
      try {
        Table table = read(RecordFiles.of(file)).table();
        // What is not read, such as the statistics of a column that is left out, may be anything.
        assertThat(value(table, 59, "speed")).isEqualTo(59 / 4.0);
      } catch (DataException e) {
        assertThat(e)
            .hasMessageContaining("damaged.parquet: ")
            .hasMessageNotContaining("LocalInputFile");
      }
    }
    Path none = Files.write(directory.resolve("none.parquet"), "speed,load\n1,2\n".getBytes());
    assertThatThrownBy(() -> read(RecordFiles.of(none)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "none.parquet: not an intact Parquet file: none.parquet is not a Parquet file");
  }

  @Test
  void shouldSayThatThereAreNoRowsAndThatParquetIsNotCompressedOnceMore() throws IOException {
    Path empty = file("empty.parquet");
    assertThatThrownBy(() -> read(RecordFiles.of(empty)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("empty.parquet: no rows");
    Path twice = Files.write(directory.resolve("data.parquet.gz"), new byte[10]);
    assertThatThrownBy(() -> RecordFiles.of(twice)).hasMessageContaining("expected .parquet alone");
  }
}
