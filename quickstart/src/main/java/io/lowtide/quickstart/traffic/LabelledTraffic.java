package io.lowtide.quickstart.traffic;

import java.util.Iterator;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;

/** Records to train on and records to stream, with the truth about each. */
public interface LabelledTraffic {

  /** Name of the source, for provenance. */
  String name();

  /** Schema of every record. */
  Schema schema();

  /** Numeric fields that the detector looks at. */
  List<String> columns();

  /** Normal records to train on. */
  List<GenericRecord> trainingRecords();

  /** Number of records that {@link #stream()} gives. */
  int streamSize();

  /** Records to stream, normal ones and anomalies; none of them was trained on. */
  Iterator<LabelledRecord> stream();
}
