package io.lowtide.stream.topology;

import static io.lowtide.stream.topology.DetectionFixture.START;
import static io.lowtide.stream.topology.DetectionFixture.header;
import static io.lowtide.stream.topology.DetectionFixture.reading;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.ContextValue;
import io.lowtide.schemas.ExplanationKind;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.schemas.SeverityLevel;
import io.lowtide.schemas.UnusualPattern;
import io.lowtide.stream.TestModels;
import io.lowtide.stream.deadletter.DeadLetterReason;
import io.lowtide.stream.deadletter.DeadLetters;
import io.lowtide.stream.retry.TransientFaultException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DetectionTopologyTest {

  private static final GenericRecord NORMAL = reading(66, 2.1);
  private static final GenericRecord ANOMALOUS = reading(66, 4.9);

  @TempDir private Path directory;
  private DetectionFixture stream;

  private DetectionFixture start(Map<String, String> overrides) {
    stream = new DetectionFixture(directory, overrides);
    return stream;
  }

  private DetectionFixture startWithModel() {
    start(Map.of()).publish(TestModels.bundle("v1"));
    return stream;
  }

  @AfterEach
  void close() {
    if (stream != null) {
      assertThat(stream.count("lowtide.records.in"))
          .as("records in = scored + dead-lettered + handed back")
          .isEqualTo(
              stream.count("lowtide.records.scored")
                  + stream.count("lowtide.records.dead.lettered")
                  + stream.count("lowtide.records.handed.back"));
      stream.close();
    }
  }

  private TestRecord<byte[], byte[]> onlyDeadLetter(DeadLetterReason reason) {
    List<TestRecord<byte[], byte[]>> letters = stream.deadLetters();
    assertThat(letters).hasSize(1);
    assertThat(header(letters.get(0), DeadLetters.REASON)).isEqualTo(reason.name());
    assertThat(
            stream.count(
                "lowtide.records.dead.lettered", "reason", reason.name().toLowerCase(Locale.ROOT)))
        .isEqualTo(1);
    assertThat(stream.scores()).isEmpty();
    assertThat(stream.alertMessages()).isEmpty();
    return letters.get(0);
  }

  @Test
  void shouldScoreANormalRecordWithoutAnAlert() {
    startWithModel().send("press-7", NORMAL);

    ScoredRecord score = stream.scores().get(0);
    double expected =
        -Math.log(2 * Math.PI)
            - Math.log(5 * 0.5)
            - 0.5 * (Math.pow(1.0 / 5, 2) + Math.pow(0.1 / 0.5, 2));
    assertThat(score.getLogLikelihood()).isCloseTo(expected, within(1e-5));
    assertThat(score.getDetector()).isEqualTo(TestModels.DETECTOR);
    assertThat(score.getModelVersion()).isEqualTo("v1");
    assertThat(score.getKey()).isEqualTo("press-7");
    assertThat(score.getEventTime()).isEqualTo(START);
    assertThat(score.getAnomalous()).isFalse();
    assertThat(score.getSource().getTopic()).isEqualTo(DetectionFixture.SOURCE);
    assertThat(stream.alerts()).isEmpty();
    assertThat(stream.deadLetters()).isEmpty();
    assertThat(stream.count("lowtide.records.scored")).isEqualTo(1);
    assertThat(stream.meters.get("lowtide.score.latency").timer().count()).isEqualTo(1);
  }

  @Test
  void shouldRaiseAnAlertThatNamesTheStrongestField() {
    startWithModel().send("press-7", ANOMALOUS);

    AnomalyAlert alert = stream.alerts().get(0);
    assertThat(alert.getId()).isEqualTo("readings-0-0-v1");
    assertThat(alert.getKey()).isEqualTo("press-7");
    assertThat(alert.getEventTime()).isEqualTo(START);
    assertThat(alert.getPValue()).isLessThanOrEqualTo(alert.getBudget());
    assertThat(alert.getBudget()).isEqualTo(0.05);
    assertThat(alert.getSuppressed()).isZero();
    assertThat(alert.getSource().getOffset()).isZero();
    FieldContribution strongest = alert.getContributions().get(0);
    assertThat(strongest.getField()).isEqualTo("pressure");
    assertThat(strongest.getValue()).isEqualTo(4.9);
    assertThat(strongest.getContribution()).isNegative();
    assertThat(strongest.getExpectedLow()).isLessThan(strongest.getExpectedHigh());
    assertThat(strongest.getExpectedHigh()).isLessThan(4.9);
    assertThat(alert.getPattern()).isEqualTo(UnusualPattern.FIELD);
    assertThat(alert.getExplanation()).isEqualTo(ExplanationKind.FULL);
    assertThat(
            alert.getContributions().stream().mapToDouble(FieldContribution::getContribution).sum())
        .isCloseTo(alert.getLogLikelihood() - alert.getNormalLogLikelihood(), within(1e-9));
    assertThat(alert.getSummary())
        .startsWith("At least LOW: pressure is 4.9 (expected ")
        .endsWith("; fewer than 1 in 200 normal records are this improbable.");
    assertThat(stream.scores().get(0).getAnomalous()).isTrue();
  }

  @Test
  void shouldKeyAlertsAndScoresAsTheRecordIsKeyed() {
    byte[] key = {0, 1, (byte) 0xff};
    startWithModel()
        .send(new TestRecord<>(key, stream.bytesOf(ANOMALOUS), new RecordHeaders(), START));

    TestRecord<byte[], byte[]> message = stream.alertMessages().get(0);
    assertThat(message.key()).isEqualTo(key);
    assertThat(message.getRecordTime()).isEqualTo(START);
    assertThat(stream.scores().get(0).getKey()).isEqualTo("0001ff");
  }

  @Test
  void shouldPublishNoScoresUnlessATopicIsNamed() {
    start(Map.of("scores.topic", "")).publish(TestModels.bundle("v1"));
    stream.send("press-7", NORMAL);

    assertThat(stream.scores()).isEmpty();
    assertThat(stream.count("lowtide.records.scored")).isEqualTo(1);
  }

  @Test
  void shouldWithholdRepeatsOfAKeyAndSayHowMany() {
    startWithModel();
    stream.send("press-7", ANOMALOUS, START);
    stream.send("press-7", ANOMALOUS, START.plusSeconds(60));
    stream.send("press-7", ANOMALOUS, START.plusSeconds(299));
    stream.send("press-8", ANOMALOUS, START.plusSeconds(299));
    stream.send("press-7", ANOMALOUS, START.plusSeconds(300));

    assertThat(stream.alerts())
        .extracting(alert -> alert.getSource().getOffset(), AnomalyAlert::getSuppressed)
        .containsExactly(tuple(0L, 0L), tuple(3L, 0L), tuple(4L, 2L));
    assertThat(stream.scores()).hasSize(5).allMatch(ScoredRecord::getAnomalous);
    assertThat(stream.count("lowtide.alerts.published")).isEqualTo(3);
    assertThat(stream.count("lowtide.alerts.suppressed")).isEqualTo(2);
  }

  @Test
  void shouldAlertAlikeHoweverDatesAreMixedAndTimePasses() {
    startWithModel();
    List<String> inOneGo = alertsOfMixedDates(0);
    stream.close();
    startWithModel();
    List<String> withPauses = alertsOfMixedDates(7);

    assertThat(inOneGo).hasSizeBetween(30, 300).isEqualTo(withPauses);
  }

  /**
   * @param pauseEvery records after which an hour passes; 0: never
   */
  private List<String> alertsOfMixedDates(int pauseEvery) {
    Random random = new Random(11);
    for (int i = 0; i < 600; i++) {
      Instant mixed = START.plusSeconds(10L * i + random.nextInt(1_200) - 600);
      Instant date = i % 50 == 49 ? mixed.plus(Duration.ofMinutes(55)) : mixed;
      stream.send("press-" + random.nextInt(5), ANOMALOUS, date);
      if (pauseEvery > 0 && i % pauseEvery == 0) {
        stream.waitFor(Duration.ofHours(1));
      }
    }
    return stream.alerts().stream().map(a -> a.getId() + " " + a.getSuppressed()).toList();
  }

  @Test
  void shouldNotForgetOtherKeysBecauseOfAnAnomalyDatedAhead() {
    startWithModel();
    stream.send("press-7", ANOMALOUS, START);
    stream.send("press-8", ANOMALOUS, START.plus(Duration.ofMinutes(55)));
    stream.send("press-9", NORMAL, START.plus(Duration.ofMinutes(56)));
    stream.waitFor(Duration.ofHours(1));
    stream.send("press-7", ANOMALOUS, START.plusSeconds(10));

    assertThat(stream.alerts())
        .extracting(AnomalyAlert::getKey)
        .containsExactly("press-7", "press-8");
  }

  @Test
  void shouldNeverWithholdAlertsOfRecordsWithoutAKey() {
    startWithModel();
    stream.send(null, ANOMALOUS);
    stream.send(null, ANOMALOUS);

    assertThat(stream.alerts()).hasSize(2).allMatch(alert -> alert.getKey() == null);
  }

  @Test
  void shouldWithholdNothingWhenTheWindowIsZero() {
    start(Map.of("suppression.window", "PT0S")).publish(TestModels.bundle("v1"));
    stream.send("press-7", ANOMALOUS);
    stream.send("press-7", ANOMALOUS);

    assertThat(stream.alerts()).hasSize(2);
  }

  @Test
  void shouldDeadLetterWithTheOriginalBytesHeadersAndTheCause() {
    startWithModel();
    byte[] garbage = {0, 1, 2};
    Headers headers = new RecordHeaders();
    headers.add("trace", new byte[] {42});
    headers.add(DeadLetters.REASON, "of an earlier death".getBytes(StandardCharsets.UTF_8));
    stream.send(new TestRecord<>(new byte[] {9}, garbage, headers, START));

    TestRecord<byte[], byte[]> letter = onlyDeadLetter(DeadLetterReason.WIRE_FORMAT);
    assertThat(letter.key()).isEqualTo(new byte[] {9});
    assertThat(letter.value()).isEqualTo(garbage);
    assertThat(letter.getRecordTime()).isEqualTo(START);
    assertThat(letter.headers().lastHeader("trace").value()).containsExactly(42);
    assertThat(letter.headers().headers(DeadLetters.REASON)).hasSize(1);
    assertThat(header(letter, DeadLetters.CAUSE))
        .isEqualTo("io.lowtide.kafka.serde.WireFormatException");
    assertThat(header(letter, DeadLetters.MESSAGE)).contains("3 bytes");
    assertThat(header(letter, DeadLetters.TOPIC)).isEqualTo(DetectionFixture.SOURCE);
    assertThat(header(letter, DeadLetters.PARTITION)).isEqualTo("0");
    assertThat(header(letter, DeadLetters.OFFSET)).isEqualTo("0");
    assertThat(header(letter, DeadLetters.TIMESTAMP))
        .isEqualTo(Long.toString(START.toEpochMilli()));
    assertThat(header(letter, DeadLetters.DETECTOR)).isEqualTo(TestModels.DETECTOR);
    assertThat(header(letter, DeadLetters.MODEL_VERSION)).isEqualTo("v1");
  }

  @Test
  void shouldDeadLetterARecordWithoutAValue() {
    startWithModel().send("press-7", (byte[]) null);

    assertThat(onlyDeadLetter(DeadLetterReason.TOMBSTONE).value()).isNull();
  }

  @Test
  void shouldDeadLetterARecordWithAnotherMagicByte() {
    startWithModel();
    byte[] message = stream.bytesOf(NORMAL);
    message[0] = 7;
    stream.send("press-7", message);

    assertThat(header(onlyDeadLetter(DeadLetterReason.WIRE_FORMAT), DeadLetters.MESSAGE))
        .contains("byte 7");
  }

  @Test
  void shouldDeadLetterARecordWithAnUnknownSchemaId() {
    startWithModel();
    byte[] message = stream.bytesOf(NORMAL);
    ByteBuffer.wrap(message).putInt(1, 4711);
    stream.send("press-7", message);

    assertThat(header(onlyDeadLetter(DeadLetterReason.UNKNOWN_SCHEMA), DeadLetters.MESSAGE))
        .contains("4711");
  }

  @Test
  void shouldDeadLetterARecordCutShort() {
    startWithModel();
    byte[] message = stream.bytesOf(NORMAL);
    stream.send("press-7", Arrays.copyOf(message, message.length - 3));

    onlyDeadLetter(DeadLetterReason.UNDECODABLE);
  }

  @Test
  void shouldDeadLetterARecordThatAnotherSerdeDoesNotMakeAvroOf() {
    start(Map.of("source.value.serde", Serdes.StringSerde.class.getName()))
        .publish(TestModels.bundle("v1"));
    stream.send("press-7", "text".getBytes(StandardCharsets.UTF_8));

    assertThat(header(onlyDeadLetter(DeadLetterReason.NOT_A_RECORD), DeadLetters.MESSAGE))
        .contains("java.lang.String");
  }

  @Test
  void shouldDeadLetterARecordWithoutAFieldOfTheModel() {
    Schema schema =
        SchemaBuilder.record("Reading").fields().requiredDouble("temperature").endRecord();
    GenericRecord reading = new GenericData.Record(schema);
    reading.put("temperature", 66.0);
    startWithModel().send("press-7", reading);

    assertThat(header(onlyDeadLetter(DeadLetterReason.MISSING_FIELD), DeadLetters.MESSAGE))
        .contains("pressure");
  }

  @Test
  void shouldDeadLetterARecordWithTextForANumber() {
    Schema schema =
        SchemaBuilder.record("Reading")
            .fields()
            .requiredDouble("temperature")
            .requiredString("pressure")
            .endRecord();
    GenericRecord reading = new GenericData.Record(schema);
    reading.put("temperature", 66.0);
    reading.put("pressure", "high");
    startWithModel().send("press-7", reading);

    assertThat(header(onlyDeadLetter(DeadLetterReason.WRONG_TYPE), DeadLetters.MESSAGE))
        .contains("pressure");
  }

  @Test
  void shouldDeadLetterNumbersThatAreNotFinite() {
    startWithModel();
    stream.send("a", reading(Double.NaN, 2));
    stream.send("b", reading(66, Double.POSITIVE_INFINITY));
    stream.send("c", reading(Double.NEGATIVE_INFINITY, 2));

    assertThat(stream.deadLetters())
        .hasSize(3)
        .allMatch(letter -> header(letter, DeadLetters.REASON).equals("NOT_FINITE"));
  }

  @Test
  void shouldAlertOnARecordFarOutsideEveryRange() {
    startWithModel().send("press-7", reading(1e30, 2));

    ScoredRecord score = stream.scores().get(0);
    assertThat(score.getLogLikelihood()).isCloseTo(-2e58, withinPercentage(0.1));
    assertThat(score.getPValue()).isEqualTo(1.0 / 200);
    AnomalyAlert alert = stream.alerts().get(0);
    assertThat(alert.getSeverity()).isFinite().isPositive();
    // This model was calibrated on 199 records: none of them can vouch for more.
    assertThat(alert.getOneIn()).isEqualTo(200);
    assertThat(alert.getOneInOrMore()).isTrue();
    assertThat(alert.getLevel()).isEqualTo(SeverityLevel.LOW);
    assertThat(alert.getContributions().get(0).getField()).isEqualTo("temperature");
    assertThat(alert.getContributions())
        .allSatisfy(field -> assertThat(field.getContribution()).isFinite());
    assertThat(stream.deadLetters()).isEmpty();
  }

  @Test
  void shouldDeadLetterARecordWhoseDensityLeavesTheRangeOfDoublePrecision() {
    startWithModel().send("press-7", reading(1e300, 2));

    assertThat(header(onlyDeadLetter(DeadLetterReason.OVERFLOW), DeadLetters.MESSAGE))
        .startsWith("field \"temperature\": 1.0E300 is farthest from normal; encoded values [2.0")
        .endsWith("overflow the flow");
  }

  @Test
  void shouldDeadLetterAValueOutsideTheDomainOfItsTransform() {
    start(Map.of()).publish(TestModels.withLogarithmOfTemperature());
    stream.send("press-7", reading(-1, 2));

    assertThat(header(onlyDeadLetter(DeadLetterReason.OUTSIDE_DOMAIN), DeadLetters.MESSAGE))
        .isEqualTo("field \"temperature\": -1.0, outside the domain of its LOG transform");
    stream.send("press-7", NORMAL);
    assertThat(stream.scores()).hasSize(1);
  }

  @Test
  void shouldDeadLetterARecordThatTakesTheSolverBeyondItsBudget() {
    start(Map.of()).publish(TestModels.withSteepFrontAndLeastBudget());
    stream.send("press-7", reading(170, 2));

    assertThat(header(onlyDeadLetter(DeadLetterReason.STEP_BUDGET), DeadLetters.MESSAGE))
        .matches(
            "field \"temperature\": 170\\.0 is farthest from normal; "
                + "encoded values \\[21\\.0, 0\\.0]: \\w+ after \\d+ evaluations of the vector field");
    stream.send("press-7", NORMAL);
    assertThat(stream.scores()).hasSize(1);
  }

  @Test
  void shouldDeadLetterARecordThatTheApplicationFailsOn() {
    startWithSerde(SerdeOfUnreadableRecords.class);
    stream.send("press-7", new byte[] {1});

    TestRecord<byte[], byte[]> letter = onlyDeadLetter(DeadLetterReason.INTERNAL_ERROR);
    assertThat(header(letter, DeadLetters.MESSAGE))
        .isEqualTo("java.lang.IllegalStateException: cannot be read");
    assertThat(header(letter, DeadLetters.CAUSE)).isEqualTo("java.lang.IllegalStateException");
  }

  @Test
  void shouldAccountForEveryRecordOfAMixedStream() {
    start(Map.of()).publish(TestModels.withSteepFrontAndLeastBudget());
    stream.send("a", NORMAL);
    stream.send("b", reading(170, 2));
    stream.send("c", reading(1e300, 2));
    stream.send("d", reading(Double.NaN, 2));
    stream.send("e", (byte[]) null);
    stream.send("f", ANOMALOUS);

    assertThat(stream.count("lowtide.records.in")).isEqualTo(6);
    assertThat(stream.count("lowtide.records.scored")).isEqualTo(2);
    assertThat(stream.count("lowtide.records.dead.lettered")).isEqualTo(4);
    assertThat(stream.scores()).hasSize(2);
    assertThat(stream.deadLetters())
        .extracting(letter -> header(letter, DeadLetters.REASON))
        .containsExactly("STEP_BUDGET", "OVERFLOW", "NOT_FINITE", "TOMBSTONE");
  }

  @Test
  void shouldTakeARecordWithoutATimestamp() {
    LenientTimestampExtractor extractor = new LenientTimestampExtractor();
    ConsumerRecord<Object, Object> record = new ConsumerRecord<>("t", 0, 0, null, null);

    assertThat(extractor.extract(record, 1234)).isEqualTo(1234);
    assertThat(extractor.extract(record, -1)).isZero();
  }

  @Test
  void shouldSwapTheModelBetweenRecords() {
    startWithModel();
    stream.send("press-7", NORMAL);
    stream.publish(TestModels.bundle("v2"));
    stream.send("press-7", NORMAL);

    assertThat(stream.scores())
        .extracting(ScoredRecord::getModelVersion)
        .containsExactly("v1", "v2");
    assertThat(
            stream.meters.find("lowtide.model.info").gauges().stream()
                .map(gauge -> gauge.getId().getTag("version")))
        .containsExactly("v2");
  }

  @Test
  void shouldGoOnWithTheLastGoodModelWhenOneBitOfTheNextIsFlipped() {
    startWithModel();
    byte[] message = stream.bytesOf(TestModels.bundle("v2"));
    message[message.length / 2] ^= 0x10;
    stream.publish(TestModels.DETECTOR, message);
    stream.send("press-7", NORMAL);

    assertThat(stream.scores().get(0).getModelVersion()).isEqualTo("v1");
    assertThat(stream.count("lowtide.models.refused")).isEqualTo(1);
  }

  @Test
  void shouldGoOnWithTheLastGoodModelWhenTheNextIsTruncated() {
    startWithModel();
    byte[] message = stream.bytesOf(TestModels.bundle("v2"));
    stream.publish(TestModels.DETECTOR, Arrays.copyOf(message, message.length / 2));
    stream.publish(TestModels.DETECTOR, new byte[] {0, 0});
    stream.send("press-7", NORMAL);

    assertThat(stream.scores().get(0).getModelVersion()).isEqualTo("v1");
    assertThat(stream.count("lowtide.models.refused", "reason", "unreadable")).isEqualTo(1);
    assertThat(stream.count("lowtide.models.refused", "reason", "unknown_schema")).isEqualTo(1);
  }

  @Test
  void shouldGoOnWithTheLastGoodModelWhenItIsDeletedFromTheTopic() {
    startWithModel();
    stream.publish(TestModels.DETECTOR, (byte[]) null);
    stream.send("press-7", NORMAL);

    assertThat(stream.scores().get(0).getModelVersion()).isEqualTo("v1");
  }

  @Test
  void shouldIgnoreModelsOfOtherDetectors() {
    startWithModel();
    stream.publish(TestModels.bundle("boiler", "b1", 199, 0.05));
    stream.send("press-7", NORMAL);

    assertThat(stream.scores().get(0).getModelVersion()).isEqualTo("v1");
    assertThat(stream.count("lowtide.models.refused")).isZero();
  }

  @Test
  void shouldPassOverAChallengerAndTheVersionsThatAreKept() {
    startWithModel();
    byte[] bundle = stream.bytesOf(TestModels.bundle("v2"));
    stream.publish(TestModels.DETECTOR + "/challenger", bundle);
    stream.publish(TestModels.DETECTOR + "/version/v2", bundle);
    stream.publish(TestModels.DETECTOR + "/challenger", (byte[]) null);
    stream.send("press-7", NORMAL);

    assertThat(stream.scores().get(0).getModelVersion()).isEqualTo("v1");
    assertThat(stream.count("lowtide.models.refused")).isZero();
  }

  @Test
  void shouldRefuseAModelPublishedUnderTheNameOfAnotherDetector() {
    startWithModel();
    stream.publish(
        TestModels.DETECTOR, stream.bytesOf(TestModels.bundle("boiler", "b1", 199, 0.05)));

    assertThat(stream.count("lowtide.models.refused", "reason", "other_detector")).isEqualTo(1);
  }

  @Test
  void shouldUseTheConfiguredBudgetBeforeTheModelsOwn() {
    start(Map.of("alert.budget", "0.5")).publish(TestModels.bundle("v1"));
    stream.send("press-7", reading(72, 2.6));

    assertThat(stream.alerts()).hasSize(1).allMatch(alert -> alert.getBudget() == 0.5);
  }

  @Test
  void shouldRefuseAModelWithTooFewCalibrationRecordsForTheBudget() {
    start(Map.of("alert.budget", "0.001"));
    stream.publish(TestModels.bundle("v1"));

    assertThat(stream.models.current()).isNull();
    assertThat(stream.count("lowtide.models.refused", "reason", "budget")).isEqualTo(1);
  }

  @Test
  void shouldRefuseAModelWhoseBudgetIsBeyondTheWindowThatItsCalibrationFollows() {
    start(Map.of("calibration.window", "18"));
    stream.publish(TestModels.bundle("v1"));

    assertThat(stream.models.current()).isNull();
    assertThat(stream.count("lowtide.models.refused", "reason", "budget")).isEqualTo(1);
  }

  /** The load of the presses rises by two deviations and stays there. */
  @Test
  void shouldFollowWhatIsNormalAndSayInAlertsAndScoresThatItDoes() {
    start(Map.of("calibration.window", "500", "suppression.window", "PT0S"));
    stream.publish(TestModels.bundle("v1"));
    Random random = new Random(6);
    for (int i = 0; i < 2_000; i++) {
      stream.send(
          "press", reading(75 + 5 * random.nextGaussian(), 2 + 0.5 * random.nextGaussian()));
    }

    List<ScoredRecord> scores = stream.scores();
    assertThat(scores.subList(0, 100).stream().filter(ScoredRecord::getAnomalous).count())
        .isGreaterThan(20);
    assertThat(scores.subList(1_000, 2_000).stream().filter(ScoredRecord::getAnomalous).count())
        .isBetween(25L, 80L);
    assertThat(scores.get(0).getCalibrationWindow()).isZero();
    assertThat(scores.get(1_999).getCalibrationWindow()).isEqualTo(500);
    List<AnomalyAlert> alerts = stream.alerts();
    assertThat(alerts.get(alerts.size() - 1).getCalibrationWindow()).isEqualTo(500);
    stream.send("press", reading(165, 2));
    AnomalyAlert far = stream.alerts().get(0);
    assertThat(far.getPValue()).isEqualTo(1 / 501.0);

    stream.publish(TestModels.bundle("v2"));
    stream.send("press", reading(75, 2));
    assertThat(stream.scores().get(1).getCalibrationWindow()).isZero();
  }

  @Test
  void shouldFollowNothingUnlessItIsAskedTo() {
    startWithModel().send("press-7", ANOMALOUS);

    assertThat(stream.scores().get(0).getCalibrationWindow()).isNull();
    assertThat(stream.alerts().get(0).getCalibrationWindow()).isNull();
  }

  @Test
  void shouldHandRecordsBackWhileThereIsNoModel() {
    start(Map.of());
    byte[] message = stream.bytesOf(NORMAL);

    assertThatThrownBy(() -> stream.send("press-7", message))
        .hasRootCauseInstanceOf(TransientFaultException.class)
        .hasStackTraceContaining("No model is in use yet");
  }

  @Test
  void shouldFindTheLastGoodModelAgainAfterARefusedOneReplacedItOnTheTopic() {
    startWithModel();
    stream.close();
    start(Map.of());
    ModelBundle refused = TestModels.bundle("v2");
    byte[] message = stream.bytesOf(refused);
    message[message.length / 2] ^= 0x10;
    stream.publish(TestModels.DETECTOR, message);
    assertThat(stream.models.current()).isNull();
    stream.restoreLastModel();
    stream.send("press-7", NORMAL);

    assertThat(stream.scores().get(0).getModelVersion()).isEqualTo("v1");
  }

  @Test
  void shouldPreferTheTopicsModelToTheOneItKept() {
    startWithModel();
    stream.close();
    start(Map.of()).publish(TestModels.bundle("v2"));
    stream.restoreLastModel();

    assertThat(stream.models.current().bundle().version()).isEqualTo("v2");
  }

  @Test
  void shouldNotUseAKeptModelThatIsDamaged() throws Exception {
    startWithModel();
    stream.close();
    try (Stream<Path> files = Files.list(directory)) {
      Path kept = files.filter(file -> file.toString().endsWith(".model.avro")).findAny().get();
      byte[] content = Files.readAllBytes(kept);
      content[content.length - 60] ^= 0x10;
      Files.write(kept, content);
    }
    start(Map.of()).restoreLastModel();

    assertThat(stream.models.current()).isNull();
  }

  @Test
  void shouldWaitWhileTheRegistryIsAwayAndLoseNothing() {
    startWithModel();
    byte[] message = stream.bytesOf(NORMAL);
    stream.registry.failNext(3);
    stream.send("press-7", message);

    assertThat(stream.scores()).hasSize(1);
    assertThat(stream.deadLetters()).isEmpty();
    assertThat(stream.count("lowtide.transient.faults")).isEqualTo(3);
    assertThat(stream.count("lowtide.outages")).as("too short for an outage").isZero();
  }

  @Test
  void shouldHandARecordBackWhenTheRegistryStaysAway() {
    start(Map.of("retry.limit", "PT0.01S")).publish(TestModels.bundle("v1"));
    byte[] message = stream.bytesOf(NORMAL);
    stream.registry.failNext(Integer.MAX_VALUE);

    assertThatThrownBy(() -> stream.send("press-7", message))
        .isInstanceOf(TaskMigratedException.class)
        .hasCauseInstanceOf(TransientFaultException.class);
    assertThat(stream.count("lowtide.records.handed.back")).isEqualTo(1);
    assertThat(stream.deadLetters()).isEmpty();
  }

  @Test
  void shouldWaitWithAModelWhileTheRegistryIsAway() {
    start(Map.of());
    byte[] message = stream.bytesOf(TestModels.bundle("v1"));
    stream.registry.failNext(3);
    stream.publish(TestModels.DETECTOR, message);

    assertThat(stream.models.current().bundle().version()).isEqualTo("v1");
  }

  private void startWithSerde(Class<? extends Serde<?>> type) {
    start(
            Map.of(
                "source.value.serde",
                type.getName(),
                "kafka." + JsonSerde.SCHEMA,
                DetectionFixture.READING.toString()))
        .publish(TestModels.bundle("v1"));
  }

  @Test
  void shouldScoreWhatAnotherSerdeReads() {
    startWithSerde(JsonSerde.class);
    stream.send("press-7", "{\"temperature\": 66, \"pressure\": 2.1}".getBytes(UTF_8));
    double fromJson = stream.scores().get(0).getLogLikelihood();
    stream.send("press-7", "{\"temperature\": 66}".getBytes(UTF_8));

    onlyDeadLetter(DeadLetterReason.UNDECODABLE);
    stream.close();
    startWithModel().send("press-7", NORMAL);
    assertThat(stream.scores().get(0).getLogLikelihood()).isEqualTo(fromJson);
  }

  /** Fails on every record for no reason that the record has. */
  public static final class BrokenSerde extends Serdes.WrapperSerde<Object> {
    public BrokenSerde() {
      super(
          (topic, value) -> new byte[0],
          (topic, bytes) -> {
            throw new IllegalStateException("broken");
          });
    }
  }

  /** Gives records that fail when they are looked into. */
  public static final class SerdeOfUnreadableRecords extends Serdes.WrapperSerde<IndexedRecord> {
    public SerdeOfUnreadableRecords() {
      super(
          (topic, value) -> new byte[0],
          (topic, bytes) -> new UnreadableRecord(new IllegalStateException("cannot be read")));
    }
  }

  private record UnreadableRecord(RuntimeException fault) implements IndexedRecord {

    @Override
    public Schema getSchema() {
      return DetectionFixture.READING;
    }

    @Override
    public Object get(int position) {
      throw fault;
    }

    @Override
    public void put(int position, Object value) {
      throw new UnsupportedOperationException();
    }
  }

  /** Meets a fault of Kafka's while it reads. */
  public static final class FencedSerde extends Serdes.WrapperSerde<Object> {
    public FencedSerde() {
      super(
          (topic, value) -> new byte[0],
          (topic, bytes) -> {
            throw new ProducerFencedException("another has taken over");
          });
    }
  }

  /** Gives records that meet a fault of Kafka's when they are looked into. */
  public static final class SerdeOfFencedRecords extends Serdes.WrapperSerde<IndexedRecord> {
    public SerdeOfFencedRecords() {
      super(
          (topic, value) -> new byte[0],
          (topic, bytes) -> new UnreadableRecord(new TaskMigratedException("task moved")));
    }
  }

  @ParameterizedTest
  @ValueSource(classes = {FencedSerde.class, SerdeOfFencedRecords.class})
  void shouldHandARecordBackOnAFaultOfKafkasOwn(Class<? extends Serde<?>> serde) {
    startWithSerde(serde);

    assertThatThrownBy(() -> stream.send("press-7", new byte[] {1}))
        .isInstanceOf(StreamsException.class);
    assertThat(stream.deadLetters()).isEmpty();
    assertThat(stream.count("lowtide.records.handed.back")).isEqualTo(1);
  }

  @Test
  void shouldDeadLetterWhatAnotherSerdeCannotRead() {
    startWithSerde(BrokenSerde.class);
    stream.send("press-7", new byte[] {1});

    assertThat(header(onlyDeadLetter(DeadLetterReason.UNDECODABLE), DeadLetters.CAUSE))
        .isEqualTo("java.lang.IllegalStateException");
  }

  private static double densityOfTemperature(double temperature, double expected) {
    double z = temperature - expected;
    return -Math.log(2 * Math.PI) - Math.log(0.5) - 0.5 * z * z;
  }

  @Test
  void shouldJudgeARecordByTheOneBeforeOfItsKey() {
    start(Map.of()).publish(TestModels.withTemperatureBefore("lag"));
    stream.send("press-7", reading(64.5, 2));
    stream.send("press-8", reading(66, 2));
    stream.send("press-7", reading(64, 2));
    stream.send("press-8", reading(70, 2));
    stream.send(null, reading(65.5, 2));
    stream.send(null, reading(66, 2));

    assertThat(stream.scores())
        .extracting(ScoredRecord::getLogLikelihood)
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-5 ? 0 : 1)
        .containsExactly(
            densityOfTemperature(64.5, 65),
            densityOfTemperature(66, 65),
            densityOfTemperature(64, 64.5),
            densityOfTemperature(70, 66),
            densityOfTemperature(65.5, 65),
            densityOfTemperature(66, 65.5));
    AnomalyAlert alert = stream.alerts().get(0);
    assertThat(alert.getKey()).isEqualTo("press-8");
    assertThat(alert.getContext()).containsExactly(new ContextValue("temperature", 1, "66"));
    assertThat(alert.getContributions().get(0).getField()).isEqualTo("temperature");
  }

  @Test
  void shouldLeaveWhatIsDeadLetteredOutOfTheHistory() {
    start(Map.of()).publish(TestModels.withTemperatureBefore("lag"));
    stream.send("press-7", reading(64.5, 2));
    stream.send("press-7", reading(Double.NaN, 2));
    stream.send("press-7", reading(64, 2));

    assertThat(stream.deadLetters()).hasSize(1);
    assertThat(stream.scores().get(1).getLogLikelihood())
        .isCloseTo(densityOfTemperature(64, 64.5), within(1e-5));
  }

  @Test
  void shouldForgetAKeyThatStaysAwayForLongerThanTheRetention() {
    start(Map.of("history.retention", "PT1H")).publish(TestModels.withTemperatureBefore("lag"));
    stream.send("press-7", reading(64.5, 2), START);
    stream.send("press-7", reading(64, 2), START.plusSeconds(3_600));
    stream.send("press-7", reading(64, 2), START.plusSeconds(7_201));

    assertThat(stream.scores())
        .extracting(ScoredRecord::getLogLikelihood)
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-5 ? 0 : 1)
        .containsExactly(
            densityOfTemperature(64.5, 65),
            densityOfTemperature(64, 64.5),
            densityOfTemperature(64, 65));
  }

  @Test
  void shouldRemoveAKeyThatStaysAwayFromTheStoreInTime() {
    start(Map.of("history.retention", "PT1H")).publish(TestModels.withTemperatureBefore("lag"));
    stream.send("press-7", reading(64.5, 2), START);
    for (int minute = 1; minute <= 135; minute++) {
      stream.send("press-8", reading(64, 2), START.plusSeconds(60L * minute));
    }
    stream.waitFor(Duration.ofHours(2));

    assertThat(stream.rememberedKeys()).containsExactly("press-8");
  }

  @Test
  void shouldNotForgetAKeyBecauseOfAFewRecordsDatedFarAhead() {
    start(Map.of("history.retention", "PT1H")).publish(TestModels.withTemperatureBefore("lag"));
    stream.send("press-7", reading(64.5, 2), START);
    for (int i = 0; i < 10; i++) {
      stream.send("press-8", reading(64, 2), Instant.parse("2100-01-01T00:00:00Z"));
    }
    stream.waitFor(Duration.ofHours(2));
    stream.send("press-7", reading(64, 2), START.plusSeconds(60));

    assertThat(stream.scores().get(11).getLogLikelihood())
        .isCloseTo(densityOfTemperature(64, 64.5), within(1e-5));
  }

  @Test
  void shouldRememberAKeyOfWhichOneRecordIsLate() {
    start(Map.of("history.retention", "PT1H")).publish(TestModels.withTemperatureBefore("lag"));
    stream.send("press-7", reading(64.5, 2), START);
    stream.send("press-7", reading(64, 2), START.minusSeconds(7_200));
    stream.send("press-7", reading(64.2, 2), START.plusSeconds(60));

    assertThat(stream.scores().get(2).getLogLikelihood())
        .isCloseTo(densityOfTemperature(64.2, 64), within(1e-5));
  }

  @Test
  void shouldGoOnFromTheHistoryWhenTheModelIsSwapped() {
    start(Map.of()).publish(TestModels.withTemperatureBefore("lag"));
    stream.send("press-7", reading(64.5, 2));
    stream.publish(TestModels.withTemperatureBefore("next"));
    stream.send("press-7", reading(64, 2));

    assertThat(stream.scores().get(1).getModelVersion()).isEqualTo("next");
    stream.send("press-7", reading(64.5, 2));
    assertThat(stream.scores().get(0).getLogLikelihood())
        .isCloseTo(densityOfTemperature(64.5, 64), within(1e-5));
  }

  /** Explanations hang on time, and nothing else may: neither what is told of nor how. */
  @Test
  void shouldTellTheSameOfEveryRecordWhateverTimeThereIsForExplanations() {
    List<List<ScoredRecord>> scores = new ArrayList<>();
    List<List<AnomalyAlert>> alerts = new ArrayList<>();
    for (String share : List.of("1", "0")) {
      start(Map.of("explanation.time.share", share)).publish(TestModels.bundle("v1"));
      for (int i = 0; i < 50; i++) {
        stream.send("press-" + i % 40, i % 5 == 0 ? NORMAL : reading(60 + i, 2));
      }
      scores.add(stream.scores());
      alerts.add(stream.alerts());
      assertThat(stream.count("lowtide.alerts.explained.briefly"))
          .isEqualTo(share.equals("1") ? 0 : alerts.get(1).size());
      close();
      stream = null;
    }

    assertThat(scores.get(1)).isEqualTo(scores.get(0));
    assertThat(alerts.get(0))
        .isNotEmpty()
        .allMatch(alert -> alert.getExplanation() == ExplanationKind.FULL);
    assertThat(alerts.get(1))
        .allMatch(alert -> alert.getExplanation() == ExplanationKind.BRIEF)
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields(
            "explanation",
            "pattern",
            "normalLogLikelihood",
            "rangeCoverage",
            "contributions",
            "summary")
        .isEqualTo(alerts.get(0));
  }
}
