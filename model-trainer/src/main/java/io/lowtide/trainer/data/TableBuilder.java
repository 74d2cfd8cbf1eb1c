package io.lowtide.trainer.data;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Collects the rows of a labelled table. */
final class TableBuilder {

  private final String source;
  private final List<String> columns;
  private final List<double[]> rows = new ArrayList<>();
  private final BitSet anomalous = new BitSet();

  TableBuilder(String source, List<String> columns) {
    this.source = source;
    this.columns = columns;
  }

  void add(double[] row, boolean isAnomaly) {
    anomalous.set(rows.size(), isAnomaly);
    rows.add(row);
  }

  LabelledTable build() {
    boolean[] labels = new boolean[rows.size()];
    for (int row = 0; row < labels.length; row++) {
      labels[row] = anomalous.get(row);
    }
    return new LabelledTable(new Table(source, columns, rows.toArray(double[][]::new)), labels);
  }
}
