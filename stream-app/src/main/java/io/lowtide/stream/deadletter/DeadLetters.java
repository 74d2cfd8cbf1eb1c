package io.lowtide.stream.deadletter;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Makes dead letters: the record as it came, key, value, headers and timestamp, with the cause in
 * further headers, each UTF-8 text.
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

  /** Timestamp of the record, in milliseconds since 1970. */
  public static final String TIMESTAMP = "lowtide.timestamp";

  /** Detector that could not score it. */
  public static final String DETECTOR = "lowtide.detector";

  /** Version of the model in use. */
  public static final String MODEL_VERSION = "lowtide.model.version";

  private static final int LONGEST_MESSAGE = 2_000;

  private final String detector;

  /**
   * @param detector name of the detector that could not score the records
   */
  public DeadLetters(String detector) {
    this.detector = detector;
  }

  /**
   * The dead letter of one record.
   *
   * @param position where the record came from
   * @param modelVersion version of the model in use
   */
  public Record<byte[], byte[]> of(
      Record<byte[], byte[]> record,
      RecordMetadata position,
      String modelVersion,
      UnscorableRecordException cause) {
    Record<byte[], byte[]> letter = record.withHeaders(record.headers());
    Headers headers = letter.headers();
    put(headers, REASON, cause.reason().name());
    if (cause.getCause() != null) {
      put(headers, CAUSE, cause.getCause().getClass().getName());
    }
    put(headers, MESSAGE, shortened(cause.getMessage()));
    put(headers, TOPIC, position.topic());
    put(headers, PARTITION, Integer.toString(position.partition()));
    put(headers, OFFSET, Long.toString(position.offset()));
    put(headers, TIMESTAMP, Long.toString(record.timestamp()));
    put(headers, DETECTOR, detector);
    put(headers, MODEL_VERSION, modelVersion);
    return letter;
  }

  /** A record that was a dead letter before keeps only the newest cause. */
  private static void put(Headers headers, String name, String value) {
    headers.remove(name).add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  private static String shortened(String message) {
    return message.length() <= LONGEST_MESSAGE
        ? message
        : message.substring(0, LONGEST_MESSAGE) + "...";
  }
}
