package io.lowtide.trainer.data;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of which it is known which rows are anomalies.
 *
 * @param table the values, without the label
 * @param anomalous for each row, whether it is an anomaly
 * @param notes of its columns
 */
public record LabelledTable(Table table, boolean[] anomalous, ColumnNotes notes) {

  /** Without notes. */
  public LabelledTable(Table table, boolean[] anomalous) {
    this(table, anomalous, ColumnNotes.NONE);
  }

  /** The normal rows, in their order. */
  public Table normal() {
    return select(false);
  }

  /** The anomalies, in their order. */
  public Table anomalies() {
    return select(true);
  }

  private Table select(boolean wanted) {
    List<double[]> rows = new ArrayList<>();
    for (int row = 0; row < anomalous.length; row++) {
      if (anomalous[row] == wanted) {
        rows.add(table.rows()[row]);
      }
    }
    return table.withRows(rows.toArray(double[][]::new));
  }
}
