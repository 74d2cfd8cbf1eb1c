package io.lowtide.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFilesTest {

  @TempDir private Path directory;

  @Test
  void shouldReadEveryColumnButTheLabel() throws IOException {
    LabelledTable table =
        RecordFiles.of(csv("a,b,label\n1,2,0\n3,4e2,1\n")).read(TableSelection.labelled("label"));
    assertThat(table.table().columns()).containsExactly("a", "b");
    assertThat(table.normal().rows()).isDeepEqualTo(new double[][] {{1, 2}});
    assertThat(table.anomalies().rows()).isDeepEqualTo(new double[][] {{3, 400}});
  }

  @Test
  void shouldReadTheNamedColumnsInTheirOrder() throws IOException {
    TableSelection selection = new TableSelection(List.of("c", "a"), Optional.empty());
    LabelledTable table = RecordFiles.of(csv("a,b,c\n1,x,3\n")).read(selection);
    assertThat(table.table().rows()).isDeepEqualTo(new double[][] {{3, 1}});
  }

  @Test
  void shouldNameTheLineAndColumnOfAValueThatIsNoNumber() throws IOException {
    for (String bad : List.of("abc", "1D", "0x1p3", "1e999")) {
      Path file = csv("a,b\n1,2\n3," + bad + "\n");
      assertThatThrownBy(() -> RecordFiles.of(file).read(TableSelection.everything()))
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith(
              "data.csv line 3, column \"b\": \"" + bad + "\", expected a finite number");
    }
  }

  @Test
  void shouldTakeAnEmptyValueForAMissingOne() throws IOException {
    Table table =
        RecordFiles.of(csv("a,b\n1,2\n3,\n,\n")).read(TableSelection.everything()).table();
    assertThat(table.column(0)).containsExactly(1, 3, Double.NaN);
    assertThat(table.column(1)).containsExactly(2, Double.NaN, Double.NaN);
  }

  @Test
  void shouldReadAColumnOfTextsWithItsDictionary() throws IOException {
    Path file = csv("mode,code\nidle,1\nrunning,2\n,2.0\nidle,3\n");
    Table table = RecordFiles.of(file).read(TableSelection.everything()).table();
    assertThat(table.isText("mode")).isTrue();
    assertThat(table.isText("code")).isFalse();
    assertThat(table.dictionaries().get("mode")).containsExactly("idle", "running");
    assertThat(table.column(0)).containsExactly(0, 1, Double.NaN, 0);

    TableSelection codes = new TableSelection(List.of("code"), Optional.empty(), Set.of("code"));
    assertThat(RecordFiles.of(file).read(codes).table().dictionaries().get("code"))
        .containsExactly("1", "2", "3");
  }

  @Test
  void shouldReadAFileThatBeginsWithAByteOrderMark() throws IOException {
    Table table = RecordFiles.of(csv("\uFEFFa,b\n1,2\n")).read(TableSelection.everything()).table();
    assertThat(table.columns()).containsExactly("a", "b");
    assertThat(table.rows()).isDeepEqualTo(new double[][] {{1, 2}});
  }

  @Test
  void shouldSayThatAFileIsInAnotherEncoding() throws IOException {
    Map<String, Integer> contents =
        Map.of("größe,b\n1,2\n", 1, "a,b\n" + "1,2\n".repeat(50_000) + "1,ü\n", 50_002);
    for (String content : contents.keySet()) {
      Path file =
          Files.write(directory.resolve("data.csv"), content.getBytes(StandardCharsets.ISO_8859_1));
      assertThatThrownBy(() -> RecordFiles.of(file).read(TableSelection.everything()))
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith(
              "data.csv line " + contents.get(content) + ": not in UTF-8, expected that encoding")
          .hasMessageContaining("ISO-8859-1 (Latin-1)");
    }
  }

  @Test
  void shouldNameTheLineOfARowThatIsTooLong() throws IOException {
    Path file = csv("a,b\n1,2,\n3,4,5\n");
    assertThatThrownBy(() -> RecordFiles.of(file).read(TableSelection.everything()))
        .hasMessage("data.csv line 3: 3 values, expected 2 as in its header");
  }

  @Test
  void shouldRefuseColumnsOfOneName() throws IOException {
    Path file = csv("a,b,a\n1,2,3\n");
    assertThatThrownBy(() -> RecordFiles.of(file).read(TableSelection.everything()))
        .hasMessage("data.csv: several columns \"a\", expected each name once");
    TableSelection other = new TableSelection(List.of("b"), Optional.empty());
    assertThat(RecordFiles.of(file).read(other).table().column(0)).containsExactly(2);
  }

  @Test
  void shouldRefuseToLearnTheLabel() throws IOException {
    Path file = csv("a,label\n1,0\n");
    TableSelection selection = new TableSelection(List.of("a", "label"), Optional.of("label"));
    assertThatThrownBy(() -> RecordFiles.of(file).read(selection))
        .hasMessage("data.csv: column \"label\" is the label, expected others");
  }

  @Test
  void shouldNameTheLineOfARowThatIsTooShort() throws IOException {
    Path file = csv("a,b\n1,2\n3\n");
    assertThatThrownBy(() -> RecordFiles.of(file).read(TableSelection.everything()))
        .hasMessage("data.csv line 3: no value in column \"b\"");
  }

  @Test
  void shouldNameAColumnThatIsNotThere() throws IOException {
    Path file = csv("a,b\n1,2\n");
    assertThatThrownBy(() -> RecordFiles.of(file).read(TableSelection.labelled("anomaly")))
        .hasMessage("data.csv: no column \"anomaly\", expected one of [a, b]");
  }

  @Test
  void shouldRefuseAnEmptyOrMissingOrUnknownFile() throws IOException {
    Path empty = csv("a,b\n");
    assertThatThrownBy(() -> RecordFiles.of(empty).read(TableSelection.everything()))
        .hasMessageContaining("no rows");
    assertThatThrownBy(
            () -> RecordFiles.of(directory.resolve("none.csv")).read(TableSelection.everything()))
        .hasMessageContaining("no such file");
    Path text = Files.writeString(directory.resolve("data.txt"), "a");
    assertThatThrownBy(() -> RecordFiles.of(text).read(TableSelection.everything()))
        .hasMessageContaining("expected .csv, .tsv or .avro");
  }

  @Test
  void shouldReadNestedNumbersTextsAndMissingValuesFromAvro() throws IOException {
    Schema inner = SchemaBuilder.record("Inner").fields().requiredInt("depth").endRecord();
    Schema schema =
        SchemaBuilder.record("Outer")
            .fields()
            .requiredString("id")
            .optionalDouble("heat")
            .name("inner")
            .type(inner)
            .noDefault()
            .endRecord();
    Path file = directory.resolve("data.avro");
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(schema))) {
      writer.create(schema, file.toFile());
      writer.append(outer(schema, inner, 1.5, 7));
      writer.append(outer(schema, inner, 2.5, 8));
    }
    LabelledTable table = RecordFiles.of(file).read(TableSelection.everything());
    assertThat(table.table().columns()).containsExactly("id", "heat", "inner.depth");
    assertThat(table.table().isText("id")).isTrue();
    assertThat(table.table().column(1)).containsExactly(1.5, 2.5);
    assertThat(table.table().column(2)).containsExactly(7, 8);

    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<GenericRecord>(new GenericDatumWriter<>(schema))
            .appendTo(file.toFile())) {
      writer.append(outer(schema, inner, null, 9));
    }
    assertThat(RecordFiles.of(file).read(TableSelection.everything()).table().column(1))
        .containsExactly(1.5, 2.5, Double.NaN);
  }

  @Test
  void shouldReadRecordsThatHoldOthersOfTheirKind() throws IOException {
    Schema schema =
        new Schema.Parser()
            .parse(
                """
                {"type": "record", "name": "Span", "fields": [
                  {"name": "seconds", "type": "double"},
                  {"name": "parent", "type": ["null", "Span"]}
                ]}
                """);
    Path file = directory.resolve("data.avro");
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(schema))) {
      writer.create(schema, file.toFile());
      GenericRecord span = new GenericData.Record(schema);
      span.put("seconds", 1.5);
      writer.append(span);
    }
    assertThat(RecordFiles.of(file).read(TableSelection.everything()).table().columns())
        .containsExactly("seconds");
  }

  @Test
  void shouldHashNamesAndValues() {
    Table table = new Table("t", List.of("a"), new double[][] {{1}, {2}});
    assertThat(table.sha256())
        .isEqualTo(new Table("other", List.of("a"), new double[][] {{1}, {2}}).sha256())
        .isNotEqualTo(new Table("t", List.of("b"), new double[][] {{1}, {2}}).sha256())
        .isNotEqualTo(new Table("t", List.of("a"), new double[][] {{2}, {1}}).sha256());
  }

  private Path csv(String content) throws IOException {
    return Files.writeString(directory.resolve("data.csv"), content);
  }

  private static GenericRecord outer(Schema schema, Schema inner, Double heat, int depth) {
    GenericRecord nested = new GenericData.Record(inner);
    nested.put("depth", depth);
    GenericRecord record = new GenericData.Record(schema);
    record.put("id", "x");
    record.put("heat", heat);
    record.put("inner", nested);
    return record;
  }
}
