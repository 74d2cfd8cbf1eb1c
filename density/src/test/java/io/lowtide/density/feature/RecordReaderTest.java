package io.lowtide.density.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;

class RecordReaderTest {

  private static final Schema FIRST =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "First", "fields": [
                {"name": "heat", "type": "double"},
                {"name": "speed", "type": ["null", "double"]},
                {"name": "load", "type": "double"}
              ]}
              """);

  private static final Schema SECOND =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Second", "fields": [
                {"name": "load", "type": "double"},
                {"name": "speed", "type": ["null", "double"]},
                {"name": "heat", "type": "double"}
              ]}
              """);

  private static GenericRecord record(Schema schema, double heat, Double speed, double load) {
    GenericRecord record = new GenericData.Record(schema);
    record.put("heat", heat);
    record.put("speed", speed);
    record.put("load", load);
    return record;
  }

  @Test
  void shouldReadACategoryInSinglePrecisionAsItIsWritten() throws Exception {
    Schema schema =
        new Schema.Parser()
            .parse(
                """
                {"type": "record", "name": "Ratio", "fields": [{"name": "ratio", "type": "float"}]}
                """);
    RecordReader reader =
        new RecordReader(
            List.of(FeatureInput.category("ratio", false, List.of("0.1", "2"))), FieldText.USUAL);
    GenericRecord record = new GenericData.Record(schema);
    double[] values = new double[1];
    record.put("ratio", 0.1f);
    reader.read(record, values);
    assertThat(values).containsExactly(0);
    assertThat(reader.text(0, record)).contains("0.1");
    record.put("ratio", 2f);
    reader.read(record, values);
    assertThat(values).containsExactly(1);
  }

  @Test
  void shouldFindItsFieldsAgainAfterARecordOfAnotherSchemaThatDoesNotFit() throws Exception {
    RecordReader reader =
        new RecordReader(
            List.of(
                FeatureInput.number("heat", false),
                FeatureInput.number("speed", false),
                FeatureInput.number("load", false)),
            FieldText.USUAL);
    double[] values = new double[3];
    reader.read(record(FIRST, 1, 2.0, 3), values);
    for (Double misfit : new Double[] {null, Double.NaN}) {
      assertThatThrownBy(() -> reader.read(record(SECOND, 1, misfit, 3), values))
          .isInstanceOf(RecordMisfitException.class)
          .hasMessageContaining("field \"speed\"");
      reader.read(record(FIRST, 1, 2.0, 3), values);
      assertThat(values).containsExactly(1, 2, 3);
    }
  }

  private static GenericRecord of(String fields, Object... values) {
    Schema schema =
        new Schema.Parser()
            .parse("{\"type\": \"record\", \"name\": \"R\", \"fields\": [" + fields + "]}");
    GenericRecord record = new GenericData.Record(schema);
    for (int i = 0; i < values.length; i++) {
      record.put(i, values[i]);
    }
    return record;
  }

  private static double read(FeatureInput input, GenericRecord record) throws Exception {
    double[] values = new double[1];
    new RecordReader(List.of(input), FieldText.USUAL).read(record, values);
    return values[0];
  }

  private static final FeatureInput X = FeatureInput.number("x", true);

  @Test
  void shouldReadDecimalsOfBytesAndOfFixedLength() throws Exception {
    String bytes =
        "{\"name\": \"x\", \"type\": [\"null\", {\"type\": \"bytes\", \"logicalType\": \"decimal\","
            + " \"precision\": 9, \"scale\": 2}]}";
    assertThat(read(X, of(bytes, ByteBuffer.wrap(new byte[] {(byte) 0xff, (byte) 0x85}))))
        .isEqualTo(-1.23);
    assertThat(read(X, of(bytes, new Object[] {null}))).isNaN();
    String fixed =
        "{\"name\": \"x\", \"type\": {\"type\": \"fixed\", \"name\": \"D\", \"size\": 4,"
            + " \"logicalType\": \"decimal\", \"precision\": 9, \"scale\": 3}}";
    GenericRecord record = of(fixed);
    record.put(
        0,
        new GenericData.Fixed(
            record.getSchema().getField("x").schema(), new byte[] {0, 0, 0x30, 0x39}));
    assertThat(read(X, record)).isEqualTo(12.345);
    assertThat(read(X, of("{\"name\": \"x\", \"type\": \"bytes\"}", new BigDecimal("2.5"))))
        .isEqualTo(2.5);
    assertThatThrownBy(
            () ->
                read(
                    X,
                    of("{\"name\": \"x\", \"type\": \"bytes\"}", ByteBuffer.wrap(new byte[] {1}))))
        .isInstanceOf(RecordMisfitException.class)
        .hasMessageContaining("expected a number");
  }

  @Test
  void shouldReadNumbersWrittenAsTexts() throws Exception {
    String field = "{\"name\": \"x\", \"type\": [\"null\", \"string\", \"boolean\", \"double\"]}";
    assertThat(read(X, of(field, " 12.50 "))).isEqualTo(12.5);
    assertThat(read(X, of(field, "N/A"))).isNaN();
    assertThat(read(X, of(field, Double.NaN))).isNaN();
    assertThatThrownBy(() -> read(X, of(field, "1D")))
        .hasMessage("field \"x\": \"1D\", expected a number");
    assertThatThrownBy(() -> read(FeatureInput.number("x", false), of(field, "N/A")))
        .hasMessage("field \"x\": \"N/A\", expected a number");
  }

  @Test
  void shouldReadTruthValuesWhereTrainingHadZerosAndOnes() throws Exception {
    String field = "{\"name\": \"x\", \"type\": [\"null\", \"string\", \"boolean\", \"double\"]}";
    FeatureInput truth = FeatureInput.truth("x", false);
    for (Object one : new Object[] {true, "true", "T", "yes", 1.0, "1"}) {
      assertThat(read(truth, of(field, one))).as("%s", one).isEqualTo(1);
    }
    assertThat(read(truth, of(field, "off"))).isZero();
    assertThatThrownBy(() -> read(X, of(field, true))).hasMessageContaining("Boolean");
    assertThatThrownBy(() -> read(X, of(field, "yes"))).hasMessageContaining("\"yes\"");
  }

  @Test
  void shouldFindAFieldByTheNameThatItHadBefore() throws Exception {
    GenericRecord renamed =
        of("{\"name\": \"heat\", \"aliases\": [\"x\"], \"type\": \"double\"}", 7.5);
    assertThat(read(FeatureInput.number("x", false), renamed)).isEqualTo(7.5);
  }

  @Test
  void shouldTakeATextThatIsNoTimeForAMissingOneWhereItMayBe() throws Exception {
    String field = "{\"name\": \"x\", \"type\": [\"null\", \"string\"]}";
    assertThat(read(FeatureInput.time("x", true, TimeReading.UTC), of(field, "unknown"))).isNaN();
    assertThatThrownBy(
            () -> read(FeatureInput.time("x", false, TimeReading.UTC), of(field, "unknown")))
        .hasMessage("field \"x\": unknown, expected a time");
  }
}
