package io.lowtide.stream.topology;

import static io.lowtide.stream.topology.DetectionFixture.START;
import static io.lowtide.stream.topology.DetectionFixture.header;
import static io.lowtide.stream.topology.DetectionFixture.reading;
import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.stream.TestModels;
import io.lowtide.stream.deadletter.DeadLetters;
import io.lowtide.stream.output.MessageSize;
import io.lowtide.stream.output.Sha256;
import io.lowtide.stream.refusal.RefusalHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages that the producer, which takes 20,000 bytes here, would refuse. */
class FittingMessagesTest {

  private static final int LARGEST = 20_000;
  private static final GenericRecord ANOMALOUS = reading(66, 4.9);
  private static final Instant FAR_AHEAD = Instant.parse("2100-01-01T00:00:00Z");

  @TempDir private Path directory;
  private DetectionFixture stream;

  @BeforeEach
  void start() {
    stream =
        new DetectionFixture(
            directory, Map.of("kafka.max.request.size", Integer.toString(LARGEST)));
    stream.publish(TestModels.bundle("v1"));
  }

  @AfterEach
  void close() {
    assertThat(stream.count("lowtide.records.in"))
        .isEqualTo(
            stream.count("lowtide.records.scored") + stream.count("lowtide.records.dead.lettered"));
    stream.close();
  }

  private static byte[] bytes(int length, char of) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) of);
    return bytes;
  }

  private void send(byte[] key, byte[] value, Headers headers) {
    stream.send(new TestRecord<>(key, value, headers, START));
  }

  private static void requireFitting(TestRecord<byte[], byte[]> message) {
    assertThat(MessageSize.of(message.key(), message.value(), message.headers()))
        .isLessThanOrEqualTo(LARGEST);
  }

  private TestRecord<byte[], byte[]> onlyLetter() {
    TestRecord<byte[], byte[]> letter = stream.deadLetters().get(0);
    requireFitting(letter);
    assertThat(header(letter, DeadLetters.REASON)).isEqualTo("WIRE_FORMAT");
    assertThat(header(letter, DeadLetters.OFFSET)).isEqualTo("0");
    assertThat(stream.count("lowtide.messages.adjusted", "change", "dead_letter_cut")).isEqualTo(1);
    return letter;
  }

  @Test
  void shouldCutTheValueOfADeadLetterThatIsTooLarge() {
    byte[] value = bytes(30_000, 'v');
    send(new byte[] {9}, value, new RecordHeaders().add("trace", new byte[] {42}));

    TestRecord<byte[], byte[]> letter = onlyLetter();
    assertThat(letter.key()).containsExactly(9);
    assertThat(letter.headers().lastHeader("trace").value()).containsExactly(42);
    assertThat(letter.value().length).isBetween(15_000, LARGEST);
    assertThat(letter.value()).isEqualTo(Arrays.copyOf(value, letter.value().length));
    assertThat(header(letter, DeadLetters.CUT)).isEqualTo("value");
    assertThat(header(letter, DeadLetters.VALUE_SIZE)).isEqualTo("30000");
    assertThat(header(letter, DeadLetters.VALUE_SHA256)).isEqualTo(Sha256.of(value));
  }

  @Test
  void shouldLeaveTheHeadersOutOfADeadLetterWhenTheyAreTooLarge() {
    byte[] value = bytes(100, 'v');
    send(new byte[] {9}, value, new RecordHeaders().add("trace", bytes(30_000, 'h')));

    TestRecord<byte[], byte[]> letter = onlyLetter();
    assertThat(letter.key()).containsExactly(9);
    assertThat(letter.value()).isEqualTo(value);
    assertThat(letter.headers().lastHeader("trace")).isNull();
    assertThat(header(letter, DeadLetters.CUT)).isEqualTo("headers");
    assertThat(letter.headers().lastHeader(DeadLetters.VALUE_SIZE)).isNull();
  }

  @Test
  void shouldLeaveTheKeyOutOfADeadLetterWhenItIsTooLarge() {
    byte[] key = bytes(30_000, 'k');
    send(key, bytes(30_000, 'v'), new RecordHeaders());

    TestRecord<byte[], byte[]> letter = onlyLetter();
    assertThat(letter.key()).isNull();
    assertThat(letter.value().length).isBetween(15_000, LARGEST);
    assertThat(header(letter, DeadLetters.CUT)).isEqualTo("key, headers, value");
    assertThat(header(letter, DeadLetters.KEY_SIZE)).isEqualTo("30000");
    assertThat(header(letter, DeadLetters.KEY_SHA256)).isEqualTo(Sha256.of(key));
  }

  @Test
  void shouldKeepADeadLetterWithoutAValueOneWithout() {
    send(bytes(30_000, 'k'), null, new RecordHeaders());

    TestRecord<byte[], byte[]> letter = stream.deadLetters().get(0);
    requireFitting(letter);
    assertThat(letter.value()).isNull();
    assertThat(header(letter, DeadLetters.CUT)).isEqualTo("key, headers");
  }

  @Test
  void shouldLeaveALongKeyOutOfScoreAndAlertButNotOutOfTheirMessages() {
    byte[] key = bytes(12_000, 'k');
    send(key, stream.bytesOf(ANOMALOUS), new RecordHeaders());

    TestRecord<byte[], byte[]> score = stream.scoreMessages().get(0);
    TestRecord<byte[], byte[]> alert = stream.alertMessages().get(0);
    assertThat(stream.score(score).getKey()).isNull();
    assertThat(stream.alert(alert).getKey()).isNull();
    assertThat(score.key()).isEqualTo(key);
    assertThat(alert.key()).isEqualTo(key);
    assertThat(header(alert, DeadLetters.KEY_SHA256)).isEqualTo(Sha256.of(key));
    assertThat(stream.count("lowtide.messages.adjusted", "change", "key_left_out")).isEqualTo(2);
  }

  @Test
  void shouldScoreARecordWithAKeyThatNoMessageHasRoomFor() {
    byte[] key = bytes(600_000, 'k');
    send(key, stream.bytesOf(ANOMALOUS), new RecordHeaders());
    send(key, stream.bytesOf(ANOMALOUS), new RecordHeaders());

    TestRecord<byte[], byte[]> score = stream.scoreMessages().get(0);
    requireFitting(score);
    assertThat(score.key()).isNull();
    assertThat(header(score, DeadLetters.KEY_SIZE)).isEqualTo("600000");
    assertThat(stream.score(score).getAnomalous()).isTrue();
    assertThat(stream.alertMessages()).as("alerts, without the repeat").hasSize(1);
  }

  @Test
  void shouldPublishUnderATimestampThatTheBrokersTake() {
    stream.send("press-7", ANOMALOUS, FAR_AHEAD);
    stream.send(new TestRecord<>(new byte[] {9}, new byte[0], new RecordHeaders(), FAR_AHEAD));

    TestRecord<byte[], byte[]> score = stream.scoreMessages().get(0);
    TestRecord<byte[], byte[]> alert = stream.alertMessages().get(0);
    TestRecord<byte[], byte[]> letter = stream.deadLetters().get(0);
    String original = Long.toString(FAR_AHEAD.toEpochMilli());
    for (TestRecord<byte[], byte[]> message : List.of(score, alert, letter)) {
      assertThat(message.getRecordTime()).isBefore(FAR_AHEAD);
      assertThat(header(message, DeadLetters.TIMESTAMP)).isEqualTo(original);
    }
    assertThat(stream.score(score).getEventTime()).isEqualTo(FAR_AHEAD);
    assertThat(stream.alert(alert).getEventTime()).isEqualTo(FAR_AHEAD);
    assertThat(stream.count("lowtide.messages.adjusted", "change", "timestamp_replaced"))
        .isEqualTo(2);
  }

  private void refuseAMessageAboutTheFirstRecord() {
    RefusalHandler handler = new RefusalHandler();
    handler.configure(Map.of(RefusalHandler.REFUSALS, stream.refusals));
    Headers position = new RecordHeaders();
    position.add(DeadLetters.TOPIC, DetectionFixture.SOURCE.getBytes(StandardCharsets.UTF_8));
    position.add(DeadLetters.PARTITION, new byte[] {'0'});
    position.add(DeadLetters.OFFSET, new byte[] {'0'});
    ProductionExceptionHandler.Response response =
        handler.handleError(
            null,
            new ProducerRecord<>("scores", 0, 0L, null, null, position),
            new InvalidRecordException("a rule that nobody knows"));
    assertThat(response.result()).isEqualTo(ProductionExceptionHandler.Result.FAIL);
  }

  @Test
  void shouldScoreARecordOnceMoreOfWhichAMessageWasRefused() {
    refuseAMessageAboutTheFirstRecord();
    stream.send("press-7", ANOMALOUS);

    TestRecord<byte[], byte[]> score = stream.scoreMessages().get(0);
    assertThat(header(score, DeadLetters.TOPIC)).isEqualTo(DetectionFixture.SOURCE);
    assertThat(header(score, DeadLetters.OFFSET)).isEqualTo("0");
    assertThat(stream.count("lowtide.messages.refused", "reason", "invalid")).isEqualTo(1);
  }

  @Test
  void shouldSendNothingButHeadersOnceAMessageWasRefusedAgain() {
    refuseAMessageAboutTheFirstRecord();
    refuseAMessageAboutTheFirstRecord();
    byte[] value = stream.bytesOf(ANOMALOUS);
    send(new byte[] {9}, value, new RecordHeaders().add("trace", new byte[] {42}));
    stream.send("press-7", ANOMALOUS);

    TestRecord<byte[], byte[]> letter = stream.deadLetters().get(0);
    assertThat(letter.key()).isNull();
    assertThat(letter.value()).isNull();
    assertThat(letter.headers().lastHeader("trace")).isNull();
    assertThat(header(letter, DeadLetters.REASON)).isEqualTo("REFUSED");
    assertThat(header(letter, DeadLetters.VALUE_SHA256)).isEqualTo(Sha256.of(value));
    assertThat(stream.scores()).extracting(s -> s.getSource().getOffset()).containsExactly(1L);
  }

  @Test
  void shouldEndARecordWithoutAMessageWhenEvenThatWasRefused() {
    for (int i = 0; i < 3; i++) {
      refuseAMessageAboutTheFirstRecord();
    }
    stream.send("press-7", ANOMALOUS);
    stream.send("press-7", ANOMALOUS);

    assertThat(stream.deadLetters()).isEmpty();
    assertThat(stream.scores()).extracting(s -> s.getSource().getOffset()).containsExactly(1L);
    assertThat(stream.count("lowtide.records.dead.lettered", "reason", "refused")).isEqualTo(1);
  }

  @Test
  void shouldLeaveAMessageThatFitsAsItIs() {
    stream.send("press-7", ANOMALOUS);

    TestRecord<byte[], byte[]> score = stream.scoreMessages().get(0);
    assertThat(score.headers()).isEmpty();
    assertThat(new String(score.key(), StandardCharsets.UTF_8)).isEqualTo("press-7");
    assertThat(score.getRecordTime()).isEqualTo(START);
    assertThat(stream.count("lowtide.messages.adjusted")).isZero();
  }
}
