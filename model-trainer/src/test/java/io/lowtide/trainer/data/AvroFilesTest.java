package io.lowtide.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Avro as it is in the wild. */
class AvroFilesTest {

  private static final Schema READING =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Reading", "fields": [
                {"name": "price", "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}]},
                {"name": "volts", "type": "double"},
                {"name": "id", "type": {"type": "string", "logicalType": "uuid"}},
                {"name": "count", "type": "string"},
                {"name": "day", "type": {"type": "int", "logicalType": "date"}},
                {"name": "clock", "type": {"type": "int", "logicalType": "time-millis"}},
                {"name": "tags", "type": {"type": "array", "items": "string"}},
                {"name": "extra", "type": {"type": "map", "values": "double"}},
                {"name": "raw", "type": "bytes"},
                {"name": "dead", "type": "null"}
              ]}
              """);

  @TempDir private Path directory;

  private static GenericRecord reading(int i) {
    GenericRecord record = new GenericData.Record(READING);
    record.put("price", i == 0 ? null : ByteBuffer.wrap(new byte[] {1, (byte) i}));
    record.put("volts", i / 4.0);
    record.put("id", "123e4567-e89b-12d3-a456-42661417400" + i % 10);
    record.put("count", " " + i + ".0");
    record.put("day", 20_000 + i);
    record.put("clock", 3_600_000 * (i % 24));
    record.put("tags", List.of("a"));
    record.put("extra", Map.of());
    record.put("raw", ByteBuffer.allocate(1));
    return record;
  }

  private static byte[] container(Schema schema, CodecFactory codec, List<GenericRecord> records)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(schema))) {
      writer.setCodec(codec).setSyncInterval(100).create(schema, bytes);
      for (GenericRecord record : records) {
        writer.append(record);
      }
    }
    return bytes.toByteArray();
  }

  private RecordSource file(byte[] content) throws IOException {
    return RecordFiles.of(Files.write(directory.resolve("data.avro"), content));
  }

  private static List<GenericRecord> readings(int count) {
    return IntStream.range(0, count).mapToObj(AvroFilesTest::reading).toList();
  }

  @Test
  void shouldReadDecimalsTimesAndTextsThatAreNumbers() throws IOException {
    LabelledTable read =
        file(container(READING, CodecFactory.nullCodec(), readings(3)))
            .read(TableSelection.everything());
    Table table = read.table();
    assertThat(table.columns()).containsExactly("price", "volts", "id", "count", "day", "clock");
    assertThat(table.column(0)).containsExactly(Double.NaN, 2.57, 2.58);
    assertThat(table.column(3)).containsExactly(0, 1, 2);
    assertThat(table.isText("id")).isTrue();
    assertThat(table.dictionaries().get("day")).startsWith("2024-10-04T00:00:00");
    assertThat(table.dictionaries().get("clock"))
        .containsExactly("00:00:00", "01:00:00", "02:00:00");
  }

  @Test
  void shouldSayWhyAFieldIsLeftOut() throws IOException {
    Map<String, String> leftOut =
        file(container(READING, CodecFactory.nullCodec(), readings(3)))
            .read(TableSelection.everything())
            .notes()
            .leftOut();
    assertThat(leftOut).containsOnlyKeys("tags", "extra", "raw", "dead");
    assertThat(leftOut.get("tags")).startsWith("an array");
    assertThat(leftOut.get("extra")).startsWith("a map");
  }

  @Test
  void shouldReadAUnionOfRecordsAsTheFieldsOfAll() throws IOException {
    Schema union =
        new Schema.Parser()
            .parse(
                """
                [{"type": "record", "name": "Order", "fields": [
                   {"name": "amount", "type": "double"}, {"name": "shared", "type": "int"}]},
                 {"type": "record", "name": "Refund", "fields": [
                   {"name": "reason", "type": "string"}, {"name": "shared", "type": "int"}]}]
                """);
    GenericRecord order = new GenericData.Record(union.getTypes().get(0));
    order.put("amount", 2.5);
    order.put("shared", 1);
    GenericRecord refund = new GenericData.Record(union.getTypes().get(1));
    refund.put("reason", "late");
    refund.put("shared", 2);
    Table table =
        file(container(union, CodecFactory.nullCodec(), List.of(order, refund, order)))
            .read(TableSelection.everything())
            .table();
    assertThat(table.columns()).containsExactly("amount", "shared", "reason");
    assertThat(table.column(0)).containsExactly(2.5, Double.NaN, 2.5);
    assertThat(table.column(1)).containsExactly(1, 2, 1);
    assertThat(table.column(2)).containsExactly(Double.NaN, 0, Double.NaN);
  }

  @Test
  void shouldRefuseAContainerThatIsCutShortWhateverItsCodec() throws IOException {
    for (CodecFactory codec :
        List.of(
            CodecFactory.nullCodec(),
            CodecFactory.deflateCodec(6),
            CodecFactory.snappyCodec(),
            CodecFactory.zstandardCodec(3))) {
      byte[] whole = container(READING, codec, readings(40));
      assertThat(file(whole).read(TableSelection.everything()).table().size()).isEqualTo(40);
      for (int length = 4; length < whole.length; length += 7) {
        RecordSource cut = file(Arrays.copyOf(whole, length));
        if (!endsBetweenBlocks(whole, length)) {
          assertThatThrownBy(() -> cut.read(TableSelection.everything()))
              .as("%s cut to %d of %d", codec, length, whole.length)
              .isInstanceOf(DataException.class)
              .hasMessageContaining("cut short");
        }
      }
      byte[] longer = Arrays.copyOf(whole, whole.length + 30);
      Arrays.fill(longer, whole.length, longer.length, (byte) 7);
      assertThatThrownBy(() -> file(longer).read(TableSelection.everything()))
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith("data.avro: ");
    }
  }

  /** Behind a sync marker a shorter container is a whole one. */
  private static boolean endsBetweenBlocks(byte[] whole, int length) {
    byte[] sync = Arrays.copyOfRange(whole, whole.length - 16, whole.length);
    return length >= 16 && Arrays.equals(Arrays.copyOfRange(whole, length - 16, length), sync);
  }

  @Test
  void shouldSayThatAFileIsNoContainer() throws IOException {
    assertThatThrownBy(() -> file(new byte[40]).read(TableSelection.everything()))
        .hasMessage("data.avro: not an Avro object container, which begins with the letters Obj");
  }
}
