package io.lowtide.trainer.data;

import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.feature.FieldText;
import io.lowtide.density.feature.RecordMisfitException;
import io.lowtide.density.feature.RecordReader;
import java.util.List;
import org.apache.avro.generic.IndexedRecord;

/** Avro records of some kind of source, to be gone through as often as is asked. */
interface AvroInput {

  /** Name for messages and for the provenance of a model. */
  String name();

  /** The fields of all of them. */
  AvroColumns columns();

  /**
   * An empty sample of them.
   *
   * @throws DataException if it cannot be taken
   */
  RowSample sample(Sampling sampling);

  /** Something to do with a record. */
  interface Use {
    void of(RowOrigin origin, RecordReader fields, IndexedRecord record)
        throws RecordMisfitException;
  }

  /**
   * Goes through the records, those of a message key in their order.
   *
   * @param inputs what the reader that the use is given reads
   * @param texts what texts mean
   * @return what was met
   * @throws DataException if they cannot be read
   */
  ReadingTally forEach(List<FeatureInput> inputs, FieldText texts, Use use);
}
