package io.lowtide.stream.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.output.Adjustment;
import io.lowtide.stream.output.MessageSize;
import io.lowtide.stream.output.OutputLimits;
import io.lowtide.stream.output.Sha256;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Makes dead letters: the record as it came, key, value, headers and timestamp, with the cause in
 * further headers, each UTF-8 text. What is too large for the topic is cut, and says so.
 */
public final class DeadLetters {

  /** A {@link DeadLetterReason}. */
  public static final String REASON = "lowtide.reason";

  /** Class of the exception, where there is one. */
  public static final String CAUSE = "lowtide.cause";

  /** What is wrong, for a person. */
  public static final String MESSAGE = "lowtide.message";

  /** Topic that the record came from. */
  public static final String TOPIC = "lowtide.topic";

  /** Partition that the record came from. */
  public static final String PARTITION = "lowtide.partition";

  /** Offset of the record there. */
  public static final String OFFSET = "lowtide.offset";

  /**
   * Timestamp of the record, in milliseconds since 1970, also where that of the message differs.
   */
  public static final String TIMESTAMP = "lowtide.timestamp";

  /** Detector that could not score it. */
  public static final String DETECTOR = "lowtide.detector";

  /** Version of the model in use. */
  public static final String MODEL_VERSION = "lowtide.model.version";

  /** What of the record was left out because the message was too large. */
  public static final String CUT = "lowtide.cut";

  /** Length of the record's value in bytes, where that was cut. */
  public static final String VALUE_SIZE = "lowtide.value.size";

  /** SHA-256 of the record's value in hexadecimal, where that was cut. */
  public static final String VALUE_SHA256 = "lowtide.value.sha256";

  /** Length of the record's key in bytes, where that was left out. */
  public static final String KEY_SIZE = "lowtide.key.size";

  /** SHA-256 of the record's key in hexadecimal, where that was left out. */
  public static final String KEY_SHA256 = "lowtide.key.sha256";

  private static final int LONGEST_MESSAGE = 2_000;

  private final String detector;
  private final OutputLimits limits;
  private final Consumer<Adjustment> observer;

  /**
   * @param detector name of the detector that could not score the records
   * @param limits what the topic takes
   * @param observer is told of letters that are cut
   */
  public DeadLetters(String detector, OutputLimits limits, Consumer<Adjustment> observer) {
    this.detector = detector;
    this.limits = limits;
    this.observer = observer;
  }

  /** A position in one word: topic-partition-offset. */
  public static String positionText(RecordMetadata position) {
    return position.topic() + "-" + position.partition() + "-" + position.offset();
  }

  /**
   * The dead letter of one record: the whole record if that fits, else as much of it as does.
   *
   * @param record as it came, under a timestamp that the topic takes
   * @param eventTime the record's own timestamp, in milliseconds since 1970
   * @param position where the record came from
   * @param modelVersion version of the model in use
   */
  public Record<byte[], byte[]> of(
      Record<byte[], byte[]> record,
      long eventTime,
      RecordMetadata position,
      String modelVersion,
      UnscorableRecordException cause) {
    Headers causes = causes(eventTime, position, modelVersion, cause);
    Headers all = new RecordHeaders(record.headers());
    causes.forEach(header -> put(all, header));
    Record<byte[], byte[]> whole = record.withHeaders(all);
    return withKey(isTooLarge(whole) ? cut(record, causes) : whole, position);
  }

  /** A dead letter that is nothing but headers: of a record whose letter was refused. */
  public Record<byte[], byte[]> bare(
      Record<byte[], byte[]> record,
      long eventTime,
      RecordMetadata position,
      String modelVersion,
      UnscorableRecordException cause) {
    observer.accept(Adjustment.DEAD_LETTER_CUT);
    Headers headers = causes(eventTime, position, modelVersion, cause);
    put(headers, CUT, "key, headers, value");
    describe(headers, KEY_SIZE, KEY_SHA256, record.key());
    describe(headers, VALUE_SIZE, VALUE_SHA256, record.value());
    return withKey(new Record<>(null, null, record.timestamp(), headers), position);
  }

  private Headers causes(
      long eventTime,
      RecordMetadata position,
      String modelVersion,
      UnscorableRecordException cause) {
    Headers headers = new RecordHeaders();
    put(headers, REASON, cause.reason().name());
    if (cause.getCause() != null) {
      put(headers, CAUSE, cause.getCause().getClass().getName());
    }
    put(headers, MESSAGE, shortened(cause.getMessage()));
    put(headers, TOPIC, position.topic());
    put(headers, PARTITION, Integer.toString(position.partition()));
    put(headers, OFFSET, Long.toString(position.offset()));
    put(headers, TIMESTAMP, Long.toString(eventTime));
    put(headers, DETECTOR, detector);
    put(headers, MODEL_VERSION, modelVersion);
    return headers;
  }

  /** Leaves out the end of the value; if that is not enough the headers; if not, the key. */
  private Record<byte[], byte[]> cut(Record<byte[], byte[]> record, Headers causes) {
    observer.accept(Adjustment.DEAD_LETTER_CUT);
    Headers all = new RecordHeaders(record.headers());
    causes.forEach(header -> put(all, header));
    Optional<Record<byte[], byte[]>> withAll = withRoomForValue(record, record.key(), all, "");
    if (withAll.isPresent()) {
      return withAll.get();
    }
    Headers own = new RecordHeaders(causes);
    return withRoomForValue(record, record.key(), own, "headers")
        .or(
            () -> {
              describe(own, KEY_SIZE, KEY_SHA256, record.key());
              return withRoomForValue(record, null, own, "key, headers");
            })
        .orElseThrow(() -> new IllegalStateException("a dead letter has no room for its cause"));
  }

  private Optional<Record<byte[], byte[]>> withRoomForValue(
      Record<byte[], byte[]> record, byte[] key, Headers headers, String leftOut) {
    byte[] value = record.value();
    put(
        headers,
        CUT,
        value == null ? leftOut : leftOut + (leftOut.isEmpty() ? "" : ", ") + "value");
    describe(headers, VALUE_SIZE, VALUE_SHA256, value);
    long room =
        limits.largest(OutputTopic.DEAD_LETTERS) - MessageSize.of(key, new byte[0], headers);
    if (room < 0) {
      return Optional.empty();
    }
    if (value == null) {
      return Optional.of(new Record<>(key, null, record.timestamp(), headers));
    }
    if (value.length <= room) {
      put(headers, CUT, leftOut);
      headers.remove(VALUE_SIZE).remove(VALUE_SHA256);
    }
    byte[] kept = Arrays.copyOf(value, (int) Math.min(room, value.length));
    return Optional.of(new Record<>(key, kept, record.timestamp(), headers));
  }

  private boolean isTooLarge(Record<byte[], byte[]> letter) {
    return MessageSize.of(letter.key(), letter.value(), letter.headers())
        > limits.largest(OutputTopic.DEAD_LETTERS);
  }

  private Record<byte[], byte[]> withKey(Record<byte[], byte[]> letter, RecordMetadata position) {
    if (letter.key() != null || !limits.needsKey(OutputTopic.DEAD_LETTERS)) {
      return letter;
    }
    observer.accept(Adjustment.KEY_GIVEN);
    return letter.withKey(positionText(position).getBytes(UTF_8));
  }

  private static void describe(Headers headers, String size, String sha256, byte[] bytes) {
    if (bytes != null) {
      put(headers, size, Integer.toString(bytes.length));
      put(headers, sha256, Sha256.of(bytes));
    }
  }

  /** A record that was a dead letter before keeps only the newest cause. */
  private static void put(Headers headers, String name, String value) {
    headers.remove(name).add(name, value.getBytes(UTF_8));
  }

  private static void put(Headers headers, Header header) {
    headers.remove(header.key()).add(header);
  }

  private static String shortened(String message) {
    return message.length() <= LONGEST_MESSAGE
        ? message
        : message.substring(0, LONGEST_MESSAGE) + "...";
  }
}
