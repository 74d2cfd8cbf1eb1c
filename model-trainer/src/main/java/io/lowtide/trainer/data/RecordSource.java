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
  LabelledTable read(TableSelection selection);

  /** Texts that stand for a missing value in any column, besides the empty one. */
  List<String> missingTexts();
}
