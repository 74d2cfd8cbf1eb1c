package io.lowtide.quickstart.traffic;

import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.feature.FeaturePlan;
import io.lowtide.trainer.feature.PlanInference;
import io.lowtide.trainer.feature.PlannedField;
import java.util.Iterator;
import java.util.List;
import org.apache.avro.Schema;

/** Records to train on and records to stream, with the truth about each. */
public interface LabelledTraffic {

  /** Schema of every record. */
  Schema schema();

  /** Normal records to train on; its columns are the fields that the detector looks at. */
  Table trainingTable();

  /** What each field is taken for, and why. */
  default List<PlannedField> fields() {
    return PlanInference.fields(trainingTable());
  }

  /** What each field is taken for. */
  default FeaturePlan plan() {
    return PlanInference.plan(fields());
  }

  /** Number of records that {@link #stream()} gives. */
  int streamSize();

  /** Records to stream, normal ones and anomalies; none of them was trained on. */
  Iterator<LabelledRecord> stream();
}
