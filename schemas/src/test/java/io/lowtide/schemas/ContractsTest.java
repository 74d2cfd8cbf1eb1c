package io.lowtide.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds each contract of today against the versions that were published before, which are files
 * {@code NAME-1.avsc}, {@code NAME-2.avsc}, ... beside this test. Whoever changes a contract that
 * was published keeps it as it was as the next file.
 */
class ContractsTest {

  static Stream<Schema> contracts() {
    return Stream.of(
        AnomalyAlert.getClassSchema(),
        DensityModel.getClassSchema(),
        DriftEvent.getClassSchema(),
        Episode.getClassSchema(),
        Feedback.getClassSchema(),
        ScoredRecord.getClassSchema(),
        TrainingRun.getClassSchema());
  }

  /** What a schema registry asks of the next schema of a subject, unless it is told otherwise. */
  @ParameterizedTest
  @MethodSource("contracts")
  void shouldReadWhatEveryVersionBeforeHasWritten(Schema today) throws Exception {
    List<Schema> before = versions(today.getName());

    assertThat(before).as("committed versions of %s", today.getName()).isNotEmpty();
    for (Schema version : before) {
      SchemaCompatibility.SchemaPairCompatibility pair =
          SchemaCompatibility.checkReaderWriterCompatibility(today, version);
      assertThat(pair.getType())
          .as(
              "version %d of %s: %s",
              before.indexOf(version) + 1, today.getName(), pair.getResult().getIncompatibilities())
          .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    }
  }

  private static List<Schema> versions(String contract) throws IOException {
    List<Schema> versions = new ArrayList<>();
    for (int number = 1; number < 100; number++) {
      try (InputStream text =
          ContractsTest.class.getResourceAsStream(contract + "-" + number + ".avsc")) {
        if (text != null) {
          versions.add(new Schema.Parser().parse(text));
        }
      }
    }
    return versions;
  }
}
