package io.lowtide.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.junit.jupiter.api.Test;

class AnomalyAlertTest {

  @Test
  void shouldReadAnAlertThatWasWrittenBeforeThereWereLevels() throws Exception {
    GeneratedClasses.trust();
    Schema before = firstSchema();
    GenericRecord written =
        new GenericRecordBuilder(before)
            .set("id", "readings-0-7-v1")
            .set("detector", "press-line")
            .set("modelVersion", "v1")
            .set("eventTime", 0L)
            .set("logLikelihood", -20.0)
            .set("pValue", 0.001)
            .set("severity", 3.0)
            .set("budget", 0.01)
            .set("summary", "a sentence")
            .set("contributions", List.of())
            .set("evaluations", 14)
            .set(
                "source",
                new GenericRecordBuilder(before.getField("source").schema())
                    .set("topic", "readings")
                    .set("partition", 0)
                    .set("offset", 7L)
                    .build())
            .build();

    AnomalyAlert read =
        new SpecificDatumReader<AnomalyAlert>(before, AnomalyAlert.getClassSchema())
            .read(null, DecoderFactory.get().binaryDecoder(encoded(written), null));

    assertThat(read.getSeverity()).isEqualTo(3);
    assertThat(read.getLevel()).isNull();
    assertThat(read.getOneIn()).isNull();
    assertThat(read.getSource().getOffset()).isEqualTo(7);
  }

  private static byte[] encoded(GenericRecord record) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(record.getSchema(), new GenericData())
        .write(record, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  private static Schema firstSchema() throws IOException {
    try (InputStream text = AnomalyAlertTest.class.getResourceAsStream("AnomalyAlert-1.avsc")) {
      return new Schema.Parser().parse(text);
    }
  }
}
