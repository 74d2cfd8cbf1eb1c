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

class DensityModelTest {

  @Test
  void shouldReadConformityScoresUnderTheNameThatTheyHadInFormatVersion4() throws Exception {
    GeneratedClasses.trust();
    Schema before = schemaOfFormatVersion4().getField("calibration").schema();
    GenericRecord written =
        new GenericRecordBuilder(before)
            .set("sortedLogLikelihoods", List.of(-3.5, -2.0, 0.25))
            .set("defaultBudget", 0.5)
            .build();

    Calibration read =
        new SpecificDatumReader<Calibration>(before, Calibration.getClassSchema())
            .read(null, DecoderFactory.get().binaryDecoder(encoded(written), null));
    assertThat(read.getSortedConformityScores()).containsExactly(-3.5, -2.0, 0.25);
  }

  private static byte[] encoded(GenericRecord record) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(record.getSchema(), new GenericData())
        .write(record, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  /** As it was in the code that wrote that version. */
  private static Schema schemaOfFormatVersion4() throws IOException {
    try (InputStream text = DensityModelTest.class.getResourceAsStream("DensityModel-4.avsc")) {
      return new Schema.Parser().parse(text);
    }
  }
}
