package io.lowtide.trainer.data;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects the rows of a labelled table, and the dictionaries of its columns of texts. */
final class TableBuilder {

  private final String source;
  private final List<String> columns;
  private final List<Map<String, Integer>> dictionaries = new ArrayList<>();
  private final List<double[]> rows = new ArrayList<>();
  private final BitSet anomalous = new BitSet();

  /**
   * @param texts for each column, whether it holds texts
   */
  TableBuilder(String source, List<String> columns, boolean[] texts) {
    this.source = source;
    this.columns = columns;
    for (boolean isText : texts) {
      dictionaries.add(isText ? new LinkedHashMap<>() : null);
    }
  }

  boolean isText(int column) {
    return dictionaries.get(column) != null;
  }

  /** The value that stands for a text in a row. */
  double text(int column, String text) {
    Map<String, Integer> dictionary = dictionaries.get(column);
    return dictionary.computeIfAbsent(text, unused -> dictionary.size());
  }

  void add(double[] row, boolean isAnomaly) {
    anomalous.set(rows.size(), isAnomaly);
    rows.add(row);
  }

  /**
   * The table.
   *
   * @throws DataException if there is no row
   */
  LabelledTable build() {
    if (rows.isEmpty()) {
      throw new DataException(source + ": no rows");
    }
    boolean[] labels = new boolean[rows.size()];
    for (int row = 0; row < labels.length; row++) {
      labels[row] = anomalous.get(row);
    }
    Map<String, List<String>> texts = new HashMap<>();
    for (int column = 0; column < columns.size(); column++) {
      if (isText(column)) {
        texts.put(columns.get(column), List.copyOf(dictionaries.get(column).keySet()));
      }
    }
    return new LabelledTable(
        new Table(source, columns, rows.toArray(double[][]::new), texts), labels);
  }
}
