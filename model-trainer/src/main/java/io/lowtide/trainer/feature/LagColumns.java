package io.lowtide.trainer.feature;

import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.feature.KeyHistory;
import io.lowtide.density.feature.LaggedFields;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    List<FeatureInput> lags = inputs.stream().filter(FeatureInput::needsHistory).toList();
    if (lags.isEmpty()) {
      return table;
    }
    LaggedFields fields = new LaggedFields(lags);
    int[] sources = fields.names().stream().mapToInt(field -> numberColumn(table, field)).toArray();
    int[] current = lags.stream().mapToInt(input -> table.indexOf(input.field())).toArray();
    int keyColumn = key.map(table::indexOf).orElse(-1);
    Map<Double, KeyHistory> histories = new HashMap<>();
    double[][] values = new double[table.size()][lags.size()];
    for (int index = 0; index < values.length; index++) {
      double[] row = table.rows()[index];
      double rowKey = keyColumn < 0 ? 0 : row[keyColumn];
      KeyHistory past = histories.getOrDefault(rowKey, KeyHistory.EMPTY);
      for (int i = 0; i < lags.size(); i++) {
        values[index][i] = row[current[i]];
      }
      fields.fill(past, values[index]);
      double[] latest = new double[sources.length];
      for (int i = 0; i < latest.length; i++) {
        latest[i] = row[sources[i]];
      }
      histories.put(rowKey, fields.after(past, latest));
    }
    return table.withColumns(lags.stream().map(FeatureInput::column).toList(), values);
  }

  private static int numberColumn(Table table, String name) {
    if (table.isText(name)) {
      throw new DataException(
          table.source() + ", column \"" + name + "\": holds texts, expected numbers for a lag");
    }
    return table.indexOf(name);
  }
}
