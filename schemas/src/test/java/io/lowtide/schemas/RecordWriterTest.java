package io.lowtide.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.Encoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.RandomData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecordWriterTest {

  static {
    GeneratedClasses.trust();
  }

  private interface Writing {
    void to(Encoder out) throws IOException;
  }

  private static byte[] bytes(Writing writing) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    writing.to(encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @MethodSource("io.lowtide.schemas.ContractsTest#contracts")
  void shouldWriteEveryContractToTheByteAsAvroDoes(Schema contract) throws Exception {
    RecordWriter writer = new RecordWriter(contract);
    SpecificDatumReader<SpecificRecord> reader = new SpecificDatumReader<>(contract);
    for (Object generic : new RandomData(contract, 50, 7L)) {
      byte[] any = bytes(out -> new GenericDatumWriter<>(contract).write(generic, out));
      SpecificRecord record = reader.read(null, DecoderFactory.get().binaryDecoder(any, null));

      assertThat(bytes(out -> writer.write(record, out)))
          .isEqualTo(bytes(out -> new SpecificDatumWriter<>(contract).write(record, out)));
      assertThat(RecordWriter.writes(record)).isTrue();
    }
  }

  @Test
  void shouldNameTheFieldWhoseValueIsMissing() {
    RecordPosition position = new RecordPosition(null, 1, 42L);

    assertThatThrownBy(
            () -> bytes(out -> new RecordWriter(position.getSchema()).write(position, out)))
        .isInstanceOf(AvroRuntimeException.class)
        .hasMessageStartingWith("RecordPosition.topic");
  }

  @Test
  void shouldRefuseTypesThatNoContractHas() {
    assertThatThrownBy(() -> new RecordWriter(Schema.create(Schema.Type.BYTES)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bytes");
  }
}
