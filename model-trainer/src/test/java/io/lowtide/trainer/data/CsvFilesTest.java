package io.lowtide.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.lowtide.density.feature.FieldText;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CSV files as people have them. */
class CsvFilesTest {

  private static final double[][] EXPECTED = {{1.5, 2}, {-3, 4}};

  @TempDir private Path directory;

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(directory.resolve(name), content);
  }

  private Path csv(String content) throws IOException {
    return file("data.csv", content.getBytes(StandardCharsets.UTF_8));
  }

  private static Table table(Path file) {
    return RecordFiles.of(file).read(TableSelection.everything()).table();
  }

  private Table table(String content) throws IOException {
    return table(csv(content));
  }

  private static ReadingOptions options(
      Character separator, DecimalMark mark, Charset encoding, List<String> missing) {
    return new ReadingOptions(
        Optional.ofNullable(separator),
        Optional.ofNullable(mark),
        Optional.ofNullable(encoding),
        missing == null ? FieldText.USUAL : new FieldText(missing),
        Optional.empty());
  }

  private static Table table(Path file, ReadingOptions options) {
    return RecordFiles.of(List.of(file), options).read(TableSelection.everything()).table();
  }

  private String remark(String content) throws IOException {
    return RecordFiles.of(csv(content))
        .read(TableSelection.everything())
        .notes()
        .remarks()
        .getOrDefault("a", "");
  }

  @Test
  void shouldFindTheSeparator() throws IOException {
    for (String separator : List.of(",", ";", "\t", "|")) {
      String content = "a,b\n1.5,2\n-3,4\n".replace(",", separator);
      assertThat(table(content).rows()).as(separator).isDeepEqualTo(EXPECTED);
    }
    assertThat(table("sep=;\na;b\n1.5;2\n-3;4\n").rows()).isDeepEqualTo(EXPECTED);
    assertThat(table("a;b\n1,5;2\n-3;4\n").rows()).isDeepEqualTo(EXPECTED);
    assertThat(table("\"a;x\",b\n\"1,5\",2\n-3,4\n").columns()).containsExactly("a;x", "b");
    Path odd = csv("a^b\n1.5^2\n-3^4\n");
    assertThat(table(odd, options('^', null, null, null)).rows()).isDeepEqualTo(EXPECTED);
    assertThat(table("a\n1\n2\n").column(0)).containsExactly(1, 2);
  }

  @Test
  void shouldReadNumbersInAnyDress() throws IOException {
    assertThat(table("a;b\n1.234,5;x\n-12,25;x\n7;x\n").column(0))
        .containsExactly(1234.5, -12.25, 7);
    assertThat(table("a,b\n\"1,234.5\",x\n-12.25,x\n\"1,000,000\",x\n").column(0))
        .containsExactly(1234.5, -12.25, 1_000_000);
    assertThat(table("a,b\n12.5%,x\n7 %,x\n").column(0)).containsExactly(12.5, 7);
    assertThat(table("a;b\n1.234,50 €;x\n-3,00 €;x\n").column(0)).containsExactly(1234.5, -3);
    assertThat(table("a,b\n\"$1,234.50\",x\n-$3.00,x\n($4.00),x\n").column(0))
        .containsExactly(1234.5, -3, -4);
    assertThat(table("a,b\nEUR 12.50,x\n3 EUR,x\n").column(0)).containsExactly(12.5, 3);
    assertThat(table("a,b\n1'234.5,x\n1\u202f000,x\n2\u00a0000,x\n").column(0))
        .containsExactly(1234.5, 1000, 2000);
    assertThat(remark("a;b\n1,5;x\n2,5;x\n")).isEqualTo("written like 1,5, which is taken for 1.5");
  }

  @Test
  void shouldSayWhatMayBeAThousandOrAFraction() throws IOException {
    String ambiguous = "a;b\n1,234;x\n5,678;x\n";
    assertThat(table(ambiguous).column(0)).containsExactly(1.234, 5.678);
    assertThat(remark(ambiguous)).contains("taken for 1.234; if it is not, set the decimal mark");
    assertThat(table("a;b\n1,234;x\n987;x\n12;x\n").column(0)).containsExactly(1234, 987, 12);
    assertThat(table(csv(ambiguous), options(null, DecimalMark.POINT, null, null)).column(0))
        .containsExactly(1234, 5678);
    assertThat(
            table(csv("a;b\n1.234;x\n5;x\n"), options(null, DecimalMark.COMMA, null, null))
                .column(0))
        .containsExactly(1234, 5);
    assertThatThrownBy(() -> table("a;b\n1,5;x\n2.25;x\n3.75;x\n"))
        .hasMessageContaining("line 2, column \"a\": \"1,5\", expected a finite number");
  }

  @Test
  void shouldMakeNoNumberOfTextsThatOnlyBeginLikeOne() throws IOException {
    assertThat(table("a,b\n1D,1\n7D,2\n2F,3\n0x1p3,4\n").dictionaries().get("a"))
        .containsExactly("1D", "7D", "2F", "0x1p3");
    assertThat(table("a,b\n01067,1\n99099,2\n").isText("a")).isTrue();
    assertThat(table("a,b\n$1.50,1\n€2.50,2\n").isText("a")).isTrue();
    assertThat(remark("a,b\n$1.50,1\n€2.50,2\n")).contains("several units [$, €]");
  }

  @Test
  void shouldKnowTheTextsThatStandForMissingValues() throws IOException {
    String content = "a,b\n1,x\nNA,x\nN/A,x\nNaN,x\nnull,x\nNone,x\n-,x\n?,x\n#N/A,x\n,x\n";
    double[] column = table(content).column(0);
    assertThat(column[0]).isEqualTo(1);
    assertThat(Arrays.stream(column).filter(Double::isNaN).count()).isEqualTo(9);
    Path own = csv("a,b\n1,x\n-9999.0,unknown\n2,x\n");
    Table read = table(own, options(null, null, null, List.of("unknown", "-9999")));
    assertThat(read.column(0)).containsExactly(1, Double.NaN, 2);
    assertThat(read.column(1)).containsExactly(0, Double.NaN, 0);
  }

  @Test
  void shouldRefuseAHeaderThatIsARow() throws IOException {
    assertThatThrownBy(() -> table("44.5,94.1,1.5\n41.1,80.9,1.2\n"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "data.csv line 1: [44.5, 94.1, 1.5], expected a header with the names of the columns");
    assertThatThrownBy(() -> table("2026-01-05,\"3,5\"\n2026-01-06,\"4,5\"\n"))
        .hasMessageContaining("expected a header");
    assertThatThrownBy(() -> table("# a,b\n1,2\n3,4\n"))
        .hasMessageContaining("line 2")
        .hasMessageContaining("if it is the line with #, take that away");
    assertThatThrownBy(() -> table("")).hasMessage("data.csv: empty, expected a header and rows");
  }

  @Test
  void shouldLeaveOutAColumnWithoutAName() throws IOException {
    LabelledTable read =
        RecordFiles.of(csv(",a,b\n0,1.5,2\n1,-3,4\n")).read(TableSelection.everything());
    assertThat(read.table().rows()).isDeepEqualTo(EXPECTED);
    assertThat(read.notes().leftOut()).containsOnlyKeys("column 1");
  }

  @Test
  void shouldTakeLinesWithANumberSignForCommentsUnlessTheyAreRows() throws IOException {
    assertThat(table("# by \"me\na,b\n1.5,2\n# and, more, \"still\n-3,4\n").rows())
        .isDeepEqualTo(EXPECTED);
    assertThat(table("a,b\n#N/A,2\n-3,4\n").column(0)).containsExactly(Double.NaN, -3);
  }

  @Test
  void shouldNameTheLineBehindSepAndComments() throws IOException {
    assertThatThrownBy(() -> table("sep=,\n# comment\na,b\n1,2\n3,4\n5,x\n"))
        .hasMessageStartingWith("data.csv line 6, column \"b\": \"x\"");
  }

  @Test
  void shouldRefuseAQuoteThatIsNotClosed() throws IOException {
    assertThatThrownBy(() -> table("a,b\n1,x\n2,\"y\n3,z\n4,z\n"))
        .hasMessage("data.csv line 3: a quote that is not closed, expected another one");
    assertThat(table("a,b\n1,x\n2,\"y\nz\"").size()).isEqualTo(2);
  }

  @Test
  void shouldReadOtherEncodingsWhereItIsSaid() throws IOException {
    String content = "größe,b\n1.5,2\n-3,4\n";
    Path utf16 = file("data.csv", content.getBytes(StandardCharsets.UTF_16));
    assertThatThrownBy(() -> table(utf16))
        .hasMessage(
            "data.csv: in UTF-16, expected UTF-8; convert it, or set it (--encoding UTF-16)");
    assertThat(table(utf16, options(null, null, StandardCharsets.UTF_16, null)).columns())
        .containsExactly("größe", "b");
    Path latin = file("data.csv", content.getBytes(StandardCharsets.ISO_8859_1));
    assertThat(table(latin, options(null, null, StandardCharsets.ISO_8859_1, null)).columns())
        .containsExactly("größe", "b");
  }

  @Test
  void shouldReadCompressedFilesOfAnyEndingInCapitals() throws IOException {
    byte[] content = "a,b\n1.5,2\n-3,4\n".getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(content);
    }
    assertThat(table(file("DATA.CSV", content)).rows()).isDeepEqualTo(EXPECTED);
    assertThat(table(file("a.csv.gz", zipped.toByteArray())).rows()).isDeepEqualTo(EXPECTED);
    assertThat(table(file("a.csv.zst", Zstd.compress(content))).rows()).isDeepEqualTo(EXPECTED);
    byte[] cut = Arrays.copyOf(zipped.toByteArray(), zipped.size() - 9);
    Path broken = file("b.csv.gz", cut);
    assertThatThrownBy(() -> table(broken))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("b.csv.gz: cannot be read: ");
  }

  @Test
  void shouldReadSeveralFilesBehindEachOther() throws IOException {
    Path first = file("a.csv", "a,b\n1.5,2\n".getBytes(StandardCharsets.UTF_8));
    Path second = file("b.csv", "b;a\n4;-3\n".getBytes(StandardCharsets.UTF_8));
    RecordSource both = RecordFiles.of(List.of(first, second), ReadingOptions.USUAL);
    assertThat(both.name()).isEqualTo("a.csv, b.csv");
    assertThat(both.read(TableSelection.everything()).table().rows()).isDeepEqualTo(EXPECTED);
    Path other = file("c.csv", "a,c\n1,2\n".getBytes(StandardCharsets.UTF_8));
    RecordSource differing = RecordFiles.of(List.of(first, other), ReadingOptions.USUAL);
    assertThatThrownBy(() -> differing.read(TableSelection.everything()))
        .hasMessage("c.csv: no column \"b\", expected one of [a, c]");
  }

  @Test
  void shouldReadTheStandardInput() throws IOException {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream("a,b\n1.5,2\n-3,4\n".getBytes(StandardCharsets.UTF_8)));
    try {
      Table read = table(RecordFiles.STANDARD_INPUT);
      assertThat(read.rows()).isDeepEqualTo(EXPECTED);
      assertThat(read.source()).isEqualTo("standard input");
    } finally {
      System.setIn(before);
    }
  }
}
