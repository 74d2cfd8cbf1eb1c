package io.lowtide.trainer.data;

import io.lowtide.density.feature.FieldText;
import java.util.ArrayList;
import java.util.BitSet;
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
  private final RowSample sample;
  private final LagRows history;
  private final int keyColumn;
  private final double[] extended;
  private final BitSet marked = new BitSet();

  /**
   * @param texts for each column, whether it holds texts
   * @param selection what was asked for: past values and changes are columns behind the others
   * @param sample keeps rows
   * @param key column of the key whose past records count; empty: that of a row's origin
   */
  TableBuilder(
      String source,
      List<String> columns,
      boolean[] texts,
      TableSelection selection,
      RowSample sample,
      Optional<String> key) {
    this.source = source;
    this.sample = sample;
    for (boolean isText : texts) {
      dictionaries.add(isText ? new LinkedHashMap<>() : null);
    }
    this.history =
        new LagRows(source, columns, name -> isText(columns.indexOf(name)), selection.history());
    this.keyColumn = key.filter(name -> !history.isEmpty()).map(columns::indexOf).orElse(-1);
    this.columns = new ArrayList<>(columns);
    this.columns.addAll(history.columns());
    this.extended = new double[this.columns.size()];
  }

  boolean isText(int column) {
    return column < dictionaries.size() && dictionaries.get(column) != null;
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

  /**
   * Whether the next row needs to be read: one that the sample does not want does only where later
   * ones take past values from it.
   */
  boolean needs(RowOrigin origin) {
    return !history.isEmpty() || sample.wants(origin);
  }

  /** Whether the next row would be kept. */
  boolean wants(RowOrigin origin) {
    return sample.wants(origin);
  }

  /**
   * Adds a row.
   *
   * @param row its values, which are copied
   */
  void add(double[] row, RowOrigin origin) {
    if (origin.isMarked()) {
      marked.set(origin.number());
    }
    if (history.isEmpty()) {
      sample.offer(row, origin);
      return;
    }
    double[] past = history.next(keyColumn < 0 ? origin.key() : row[keyColumn], row);
    System.arraycopy(row, 0, extended, 0, row.length);
    System.arraycopy(past, 0, extended, row.length, past.length);
    sample.offer(extended, origin);
  }

  /**
   * The table.
   *
   * @param label which rows are anomalies; empty: none
   * @param notes of its columns
   * @throws DataException if there is no row, or the labels cannot be read
   */
  LabelledTable build(Optional<LabelColumn> label, ColumnNotes notes) {
    RowSample.Kept kept = sample.kept();
    if (kept.rows().length == 0) {
      throw new DataException(source + ": no rows");
    }
    boolean[] anomalous = new boolean[kept.rows().length];
    for (int row = 0; row < anomalous.length; row++) {
      anomalous[row] = marked.get(kept.numbers()[row]);
    }
    label
        .map(LabelColumn::anomalous)
        .ifPresent(
            all -> {
              for (int row = 0; row < anomalous.length; row++) {
                anomalous[row] |= all[kept.numbers()[row]];
              }
            });
    Map<String, List<String>> texts = new HashMap<>();
    for (int column = 0; column < columns.size(); column++) {
      if (isText(column)) {
        texts.put(columns.get(column), List.copyOf(dictionaries.get(column).keySet()));
      }
    }
    return new LabelledTable(new Table(source, columns, kept.rows(), texts), anomalous, notes);
  }
}
