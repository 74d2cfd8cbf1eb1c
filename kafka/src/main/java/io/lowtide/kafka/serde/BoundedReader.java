package io.lowtide.kafka.serde;

import java.io.IOException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.ResolvingDecoder;

/**
 * Reads a record of no more values than its bytes can account for. Avro takes a block of items of
 * zero size (nulls, records without fields) for as many as its header says: ten bytes make tens of
 * millions of objects, and blocks nest. Avro's own limits know the heap, not the message, and
 * collections of nulls alone.
 *
 * <p>Belongs to one thread.
 */
final class BoundedReader extends GenericDatumReader<GenericRecord> {

  /** Values that any message may have, whatever its length. */
  private static final long ALWAYS = 65_536;

  /** A value takes a byte or more, and so do the items and records around it, but for a few. */
  private static final long VALUES_PER_BYTE = 4;

  private long limit;
  private long left;

  BoundedReader(Schema writer) {
    super(writer, writer, withoutFastReader());
  }

  /** Avro's other reader would go past the methods below. */
  private static GenericData withoutFastReader() {
    GenericData data = new GenericData();
    data.setFastReaderEnabled(false);
    return data;
  }

  /**
   * Starts the count for the next message.
   *
   * @param bytes length of the message
   */
  void allow(int bytes) {
    limit = ALWAYS + VALUES_PER_BYTE * bytes;
    left = limit;
  }

  private void take(long values) {
    left -= values;
    if (left < 0) {
      throw new AvroRuntimeException(
          "it holds more than " + limit + " values, expected no more for a message of its length");
    }
  }

  @Override
  protected Object readRecord(Object old, Schema schema, ResolvingDecoder in) throws IOException {
    take(1L + schema.getFields().size());
    return super.readRecord(old, schema, in);
  }

  @Override
  protected void addToArray(Object array, long position, Object item) {
    take(1);
    super.addToArray(array, position, item);
  }

  @Override
  protected void addToMap(Object map, Object key, Object value) {
    take(1);
    super.addToMap(map, key, value);
  }
}
