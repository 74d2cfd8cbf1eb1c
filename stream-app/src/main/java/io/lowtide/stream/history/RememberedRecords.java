package io.lowtide.stream.history;

import io.lowtide.density.feature.KeyHistory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * What is remembered of the records of one key.
 *
 * @param latest event time of the latest of them, in milliseconds since 1970
 * @param history the values that later records are judged by
 */
public record RememberedRecords(long latest, KeyHistory history) {

  /**
   * What is to be remembered after one more record.
   *
   * @param before what was remembered of the key, or null
   * @param eventTime of the record
   * @param history the values up to it
   */
  public static RememberedRecords after(
      RememberedRecords before, long eventTime, KeyHistory history) {
    // A late record must not make the key look as if it had been away since.
    long latest = before == null ? eventTime : Math.max(eventTime, before.latest());
    return new RememberedRecords(latest, history);
  }

  /** The time, then for each field its name, how many values, and the values; big-endian. */
  public static Serde<RememberedRecords> serde() {
    return Serdes.serdeFrom(
        (topic, records) -> encode(records), (topic, bytes) -> decode(topic, bytes));
  }

  private static byte[] encode(RememberedRecords records) {
    if (records == null) {
      return null;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(records.latest());
      out.writeShort(records.history().values().size());
      for (Map.Entry<String, double[]> field : records.history().values().entrySet()) {
        out.writeUTF(field.getKey());
        out.writeShort(field.getValue().length);
        for (double value : field.getValue()) {
          out.writeDouble(value);
        }
      }
    } catch (IOException e) {
      throw new SerializationException("history of a key: " + e.getMessage(), e);
    }
    return bytes.toByteArray();
  }

  private static RememberedRecords decode(String topic, byte[] bytes) {
    if (bytes == null) {
      return null;
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      long latest = in.readLong();
      Map<String, double[]> values = new TreeMap<>();
      for (int fields = in.readUnsignedShort(); fields > 0; fields--) {
        String name = in.readUTF();
        double[] past = new double[in.readUnsignedShort()];
        for (int i = 0; i < past.length; i++) {
          past[i] = in.readDouble();
        }
        values.put(name, past);
      }
      if (in.available() > 0) {
        throw new SerializationException(
            topic
                + ": history of a key with "
                + in.available()
                + " bytes left over, expected none");
      }
      return new RememberedRecords(latest, new KeyHistory(values));
    } catch (IOException e) {
      throw new SerializationException(
          topic + ": " + bytes.length + " bytes are not the history of a key", e);
    }
  }
}
