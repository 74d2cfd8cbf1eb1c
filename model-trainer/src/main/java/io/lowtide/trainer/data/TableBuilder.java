package io.lowtide.trainer.data;

import io.lowtide.density.feature.FieldText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Collects the rows of a labelled table, and the dictionaries of its columns of texts. */
final class TableBuilder {

  private final String source;
  private final List<String> columns;
  private final List<Map<String, Integer>> dictionaries = new ArrayList<>();
  private final List<double[]> rows = new ArrayList<>();

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

  /**
   * The value that stands for a text in a row.
   *
   * @param text without blanks around it
   */
  double text(int column, String text) {
    Map<String, Integer> dictionary = dictionaries.get(column);
    return dictionary.computeIfAbsent(FieldText.category(text), unused -> dictionary.size());
  }

  void add(double[] row) {
    rows.add(row);
  }

  /**
   * The table.
   *
   * @param label which rows are anomalies; empty: none
   * @param notes of its columns
   * @throws DataException if there is no row, or the labels cannot be read
   */
  LabelledTable build(Optional<LabelColumn> label, ColumnNotes notes) {
    if (rows.isEmpty()) {
      throw new DataException(source + ": no rows");
    }
    boolean[] labels = label.map(LabelColumn::anomalous).orElse(new boolean[rows.size()]);
    Map<String, List<String>> texts = new HashMap<>();
    for (int column = 0; column < columns.size(); column++) {
      if (isText(column)) {
        texts.put(columns.get(column), List.copyOf(dictionaries.get(column).keySet()));
      }
    }
    return new LabelledTable(
        new Table(source, columns, rows.toArray(double[][]::new), texts), labels, notes);
  }
}
