package io.lowtide.trainer.data;

import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.feature.KeyHistory;
import io.lowtide.density.feature.LaggedFields;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Past values and changes for rows that come in the order in which a stream has them, by the
 * classes that the stream uses.
 */
public final class LagRows {

  private final List<FeatureInput> lags;
  private final LaggedFields fields;
  private final int[] sources;
  private final int[] current;
  private final double[] values;
  private final Map<Double, KeyHistory> histories = new HashMap<>();

  /**
   * @param source for messages
   * @param columns of the rows
   * @param isText whether a column holds texts
   * @param inputs of a score; those that need no history are left out
   * @throws DataException if a column is missing, or is to be a number and holds texts
   */
  public LagRows(
      String source, List<String> columns, Predicate<String> isText, List<FeatureInput> inputs) {
    this.lags = inputs.stream().filter(FeatureInput::needsHistory).toList();
    this.fields = new LaggedFields(lags);
    this.sources =
        fields.names().stream()
            .mapToInt(
                name -> {
                  if (isText.test(name)) {
                    throw new DataException(
                        source
                            + ", column \""
                            + name
                            + "\": holds texts, expected numbers for a lag");
                  }
                  return indexOf(source, columns, name);
                })
            .toArray();
    this.current =
        lags.stream().mapToInt(input -> indexOf(source, columns, input.field())).toArray();
    this.values = new double[lags.size()];
  }

  private static int indexOf(String source, List<String> columns, String name) {
    int index = columns.indexOf(name);
    if (index < 0) {
      throw new DataException(source + ": no column \"" + name + "\", expected one of " + columns);
    }
    return index;
  }

  /** Whether there is nothing to add. */
  public boolean isEmpty() {
    return lags.isEmpty();
  }

  /** Names of the columns that are added. */
  public List<String> columns() {
    return lags.stream().map(FeatureInput::column).toList();
  }

  /**
   * The past values and changes of the next row.
   *
   * @param key whose past records count
   * @param row its values
   * @return one for each of {@link #columns}, NaN where there is none; the same array each time
   */
  public double[] next(double key, double[] row) {
    KeyHistory past = histories.getOrDefault(key, KeyHistory.EMPTY);
    for (int i = 0; i < values.length; i++) {
      values[i] = row[current[i]];
    }
    fields.fill(past, values);
    double[] latest = new double[sources.length];
    for (int i = 0; i < latest.length; i++) {
      latest[i] = row[sources[i]];
    }
    histories.put(key, fields.after(past, latest));
    return values;
  }
}
