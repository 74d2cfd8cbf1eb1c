package io.lowtide.stream.store;

import io.lowtide.density.feature.KeyHistory;
import io.lowtide.stream.detection.RememberedRecords;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serdes;

/** The time, then for each field its name, how many values, and the values; big-endian. */
public final class RememberedRecordsSerde extends Serdes.WrapperSerde<RememberedRecords> {

  /** Needs no configuration. */
  public RememberedRecordsSerde() {
    super((topic, records) -> encode(records), (topic, bytes) -> decode(topic, bytes));
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
