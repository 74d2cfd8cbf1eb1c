package io.lowtide.stream.topology;

import static io.lowtide.stream.topology.DetectionFixture.header;
import static io.lowtide.stream.topology.DetectionFixture.reading;
import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.stream.TestModels;
import io.lowtide.stream.deadletter.DeadLetters;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a model that does not fit the records. */
class ModelFitTest {

  private static final GenericRecord NORMAL = reading(66, 2.1);
  private static final Schema OF_NEITHER =
      SchemaBuilder.record("Reading").fields().requiredDouble("humidity").endRecord();
  private static final Schema OF_THE_OTHER =
      SchemaBuilder.record("Reading")
          .fields()
          .requiredDouble("temperature")
          .requiredDouble("vibration")
          .endRecord();

  @TempDir private Path directory;
  private DetectionFixture stream;
  private int sent;

  private void start(String... settings) {
    if (stream != null) {
      close();
    }
    Map<String, String> overrides = new HashMap<>(Map.of("model.fit.window", "20"));
    for (int i = 0; i < settings.length; i += 2) {
      overrides.put(settings[i], settings[i + 1]);
    }
    stream = new DetectionFixture(directory, overrides);
    sent = 0;
  }

  private void send(int count, GenericRecord record) {
    for (int i = 0; i < count; i++) {
      stream.send("press-" + i, record);
      sent++;
    }
  }

  private static GenericRecord ofNeither() {
    GenericRecord record = new GenericData.Record(OF_NEITHER);
    record.put("humidity", 40.0);
    return record;
  }

  private static GenericRecord ofTheOther() {
    GenericRecord record = new GenericData.Record(OF_THE_OTHER);
    record.put("temperature", 66.0);
    record.put("vibration", 2.1);
    return record;
  }

  private String modelInUse() {
    return stream.models.current().bundle().version();
  }

  @AfterEach
  void close() {
    assertThat(stream.count("lowtide.records.in")).isEqualTo(sent);
    assertThat(
            stream.count("lowtide.records.scored") + stream.count("lowtide.records.dead.lettered"))
        .as("in = scored + dead-lettered")
        .isEqualTo(sent);
    stream.close();
  }

  @Test
  void shouldTakeBackAModelThatFitsNoRecordThatTheLastOneFitted() {
    start();
    stream.publish(TestModels.bundle("v1"));
    send(20, NORMAL);
    stream.publish(TestModels.ofOtherRecords("v2"));
    send(40, NORMAL);

    assertThat(modelInUse()).isEqualTo("v1");
    assertThat(stream.deadLetters())
        .hasSize(11)
        .allMatch(letter -> header(letter, DeadLetters.MODEL_VERSION).equals("v2"));
    assertThat(stream.scores()).hasSize(49).allMatch(s -> s.getModelVersion().equals("v1"));
    assertThat(stream.count("lowtide.models.taken.back")).isEqualTo(1);
    assertThat(stream.meters.get("lowtide.model.info").tag("version", "v1").gauge().value())
        .isEqualTo(1);
    assertThat(stream.fit().takenBack())
        .hasValueSatisfying(
            note -> assertThat(note).startsWith("model v2 was taken back").contains("vibration"));
    assertThat(stream.fit().complaint()).isEmpty();
  }

  @Test
  void shouldTakeBackAgainAfterARestart() {
    start();
    stream.publish(TestModels.bundle("v1"));
    send(20, NORMAL);
    stream.publish(TestModels.ofOtherRecords("v2"));
    send(20, NORMAL);

    start();
    stream.publish(TestModels.ofOtherRecords("v2"));
    stream.restoreLastModel();
    send(20, NORMAL);

    assertThat(modelInUse()).isEqualTo("v1");
    assertThat(stream.deadLetters()).hasSize(11);
  }

  @Test
  void shouldKeepAModelOnceItHasShownThatItFits() {
    start();
    stream.publish(TestModels.bundle("v1"));
    send(20, NORMAL);
    stream.publish(TestModels.bundle("v2"));
    send(20, NORMAL);

    start();
    stream.restoreLastModel();

    assertThat(modelInUse()).isEqualTo("v2");
  }

  @Test
  void shouldNotTakeAModelBackForRecordsThatFitNeither() {
    start();
    stream.publish(TestModels.bundle("v1"));
    stream.publish(TestModels.bundle("v2"));
    send(100, ofNeither());

    assertThat(modelInUse()).isEqualTo("v2");
    assertThat(stream.count("lowtide.models.taken.back")).isZero();
    assertThat(stream.fit().complaint())
        .hasValueSatisfying(note -> assertThat(note).startsWith("model v2 does not fit"));
  }

  @Test
  void shouldNotTakeAModelBackThatHasProvedItselfWhenTheProducersChange() {
    start();
    stream.publish(TestModels.ofOtherRecords("v1"));
    stream.publish(TestModels.bundle("v2"));
    send(20, NORMAL);
    send(100, ofTheOther());

    assertThat(modelInUse()).isEqualTo("v2");
    assertThat(stream.count("lowtide.models.taken.back")).isZero();
  }

  @Test
  void shouldSayThatTheFirstModelDoesNotFitUntilRecordsFitAgain() {
    start();
    stream.publish(TestModels.bundle("v1"));
    send(10, ofNeither());
    assertThat(stream.fit().complaint()).isEmpty();
    send(1, ofNeither());
    assertThat(stream.fit().complaint())
        .hasValueSatisfying(
            note ->
                assertThat(note)
                    .startsWith("model v1 does not fit the records")
                    .contains("11 of at most 20")
                    .contains("field \"temperature\""));
    send(9, ofNeither());
    assertThat(stream.meters.get("lowtide.model.misfit.share").gauge().value()).isEqualTo(1);
    send(19, NORMAL);
    assertThat(stream.fit().complaint()).isPresent();
    send(1, NORMAL);

    assertThat(stream.fit().complaint()).isEmpty();
    assertThat(stream.meters.get("lowtide.model.misfit.share").gauge().value()).isZero();
  }

  @Test
  void shouldTolerateAsManyMisfitsAsTheLimitSays() {
    start("model.misfit.limit", "1");
    stream.publish(TestModels.bundle("v1"));
    stream.publish(TestModels.ofOtherRecords("v2"));
    send(60, NORMAL);

    assertThat(modelInUse()).isEqualTo("v2");
    assertThat(stream.fit().complaint()).isEmpty();
  }

  @Test
  void shouldGoBackToTheLastGoodModelAlsoFromTheSecondBadOne() {
    start();
    stream.publish(TestModels.bundle("v1"));
    send(20, NORMAL);
    stream.publish(TestModels.ofOtherRecords("v2"));
    send(5, NORMAL);
    stream.publish(TestModels.ofOtherRecords("v3"));
    send(20, NORMAL);

    assertThat(modelInUse()).isEqualTo("v1");
    assertThat(stream.deadLetters()).hasSize(5 + 11);
  }
}
