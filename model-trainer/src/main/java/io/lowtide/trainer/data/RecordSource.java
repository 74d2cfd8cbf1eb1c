package io.lowtide.trainer.data;

import java.util.List;
import java.util.Optional;

/** Where records come from, to train on or to evaluate a model by. */
public interface RecordSource {

  /** Name for messages and for the provenance of a model, such as the file's. */
  String name();

  /**
   * Names of the columns but the label, in their order.
   *
   * @param label column that marks anomalies, if there is one
   * @throws DataException if the source cannot be read
   */
  List<String> columns(Optional<String> label);

  /**
   * Reads every record.
   *
   * @return the table, of at least one row; without a label column every row counts as normal
   * @throws DataException if the source cannot be read, has no records, or a value is not what its
   *     column holds
   */
  default LabelledTable read(TableSelection selection) {
    return read(selection, Sampling.EVERYTHING, Optional.empty());
  }

  /**
   * Reads every record, and keeps a sample; by time where the source has the times of its records,
   * else in the order of the source.
   *
   * @param selection what to read of each record
   * @param sampling which rows to keep
   * @param key column of the key whose past records count in the selection's history; empty: the
   *     message key, where the source has one, or else all rows are of one key
   * @return the table, of at least one row; without a label column every row counts as normal
   * @throws DataException as {@link #read(TableSelection)}, or if a sample by time is asked for of
   *     a source that has no times
   */
  LabelledTable read(TableSelection selection, Sampling sampling, Optional<String> key);

  /** What the last reading met that no row tells of; empty before it. */
  Optional<ReadingTally> tally();

  /** Texts that stand for a missing value in any column, besides the empty one. */
  List<String> missingTexts();
}
