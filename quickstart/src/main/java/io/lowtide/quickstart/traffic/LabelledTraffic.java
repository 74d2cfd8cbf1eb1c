package io.lowtide.quickstart.traffic;

import io.lowtide.trainer.data.Table;
import java.util.Iterator;
import org.apache.avro.Schema;

/** Records to train on and records to stream, with the truth about each. */
public interface LabelledTraffic {

  /** Schema of every record. */
  Schema schema();

  /** Normal records to train on; its columns are the fields that the detector looks at. */
  Table trainingTable();

  /** Number of records that {@link #stream()} gives. */
  int streamSize();

  /** Records to stream, normal ones and anomalies; none of them was trained on. */
  Iterator<LabelledRecord> stream();
}
