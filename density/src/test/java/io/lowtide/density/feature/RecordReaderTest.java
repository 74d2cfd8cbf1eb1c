package io.lowtide.density.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
}
