package io.lowtide.stream.topology;

import io.lowtide.kafka.registry.UnknownSchemaException;
import io.lowtide.kafka.serde.WireFormatException;
import io.lowtide.stream.deadletter.DeadLetterReason;
import io.lowtide.stream.deadletter.UnscorableRecordException;
import io.lowtide.stream.retry.Faults;
import io.lowtide.stream.retry.Retry;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;

/** Turns bytes into Avro records. Belongs to one thread. */
final class RecordDecoder {

  private final Deserializer<?> deserializer;
  private final Retry retry;

  RecordDecoder(Deserializer<?> deserializer, Retry retry) {
    this.deserializer = deserializer;
    this.retry = retry;
  }

  /**
   * Decodes the value of a record; waits while what that needs is away.
   *
   * @throws UnscorableRecordException if it cannot be decoded
   * @throws io.lowtide.stream.retry.TransientFaultException if it cannot be decoded for now
   */
  IndexedRecord decode(String topic, Headers headers, byte[] message)
      throws UnscorableRecordException {
    if (message == null) {
      throw new UnscorableRecordException(
          DeadLetterReason.TOMBSTONE, "the record has no value, expected an Avro record");
    }
    Object value;
    try {
      value = deserialize(topic, headers, message);
    } catch (RuntimeException fault) {
      if (Faults.isTransient(fault) || Faults.isOfKafka(fault)) {
        throw fault;
      }
      throw new UnscorableRecordException(reason(fault), text(fault), fault);
    }
    if (value instanceof IndexedRecord decoded) {
      return decoded;
    }
    throw new UnscorableRecordException(
        DeadLetterReason.NOT_A_RECORD,
        (value == null ? "null" : value.getClass().getName()) + ", expected an Avro record");
  }

  private Object deserialize(String topic, Headers headers, byte[] message) {
    try {
      return deserializer.deserialize(topic, headers, message);
    } catch (RuntimeException fault) {
      if (!Faults.isTransient(fault)) {
        throw fault;
      }
      return retry.withinLimit(
          "Decoding a record of " + topic,
          () -> deserializer.deserialize(topic, headers, message),
          fault);
    }
  }

  private static DeadLetterReason reason(RuntimeException fault) {
    if (fault instanceof WireFormatException) {
      return DeadLetterReason.WIRE_FORMAT;
    }
    return fault instanceof UnknownSchemaException
        ? DeadLetterReason.UNKNOWN_SCHEMA
        : DeadLetterReason.UNDECODABLE;
  }

  private static String text(RuntimeException fault) {
    return fault.getMessage() == null ? fault.toString() : fault.getMessage();
  }

  void close() {
    deserializer.close();
  }
}
