package io.lowtide.trainer.feature;

import io.lowtide.density.feature.FeatureInput;
import io.lowtide.trainer.data.LagRows;
import io.lowtide.trainer.data.Table;
import java.util.List;
import java.util.Optional;

/** Columns of past values and of changes, built by the classes that the stream uses. */
public final class LagColumns {

  private LagColumns() {}

  /**
   * Adds a column for each past value and each change of a score's inputs.
   *
   * @param table rows in the order in which a stream has them
   * @param inputs of the score
   * @param key column of the key whose past records count; empty: all rows are of one key
   * @throws DataException if a column is missing, or is to be a number and holds texts
   */
  public static Table add(Table table, List<FeatureInput> inputs, Optional<String> key) {
    LagRows lags = new LagRows(table.source(), table.columns(), table::isText, inputs);
    if (lags.isEmpty()) {
      return table;
    }
    int keyColumn = key.map(table::indexOf).orElse(-1);
    double[][] values = new double[table.size()][];
    for (int index = 0; index < values.length; index++) {
      double[] row = table.rows()[index];
      values[index] = lags.next(keyColumn < 0 ? 0 : row[keyColumn], row).clone();
    }
    return table.withColumns(lags.columns(), values);
  }
}
