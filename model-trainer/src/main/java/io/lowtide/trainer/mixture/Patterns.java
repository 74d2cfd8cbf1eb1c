package io.lowtide.trainer.mixture;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Records by which of their values are there. */
final class Patterns {

  private Patterns() {}

  /**
   * Records that have the same values.
   *
   * @param present the components that they have, ascending
   * @param missing those that they lack, ascending
   * @param rows the records, of d numbers each
   */
  record Pattern(int[] present, int[] missing, List<double[]> rows) {}

  /**
   * The most frequent patterns; records without any value have none.
   *
   * @param most patterns; records of further ones are left out
   */
  static List<Pattern> of(EncodedRecords records, int most) {
    Map<BitSet, List<double[]>> groups = new LinkedHashMap<>();
    for (double[] row : records.rows()) {
      BitSet present = new BitSet();
      for (int i = 0; i < row.length; i++) {
        present.set(i, !Double.isNaN(row[i]));
      }
      if (!present.isEmpty()) {
        groups.computeIfAbsent(present, unused -> new ArrayList<>()).add(row);
      }
    }
    return groups.entrySet().stream()
        .sorted(Comparator.comparingInt(group -> -group.getValue().size()))
        .limit(most)
        .map(
            group -> {
              BitSet missing = (BitSet) group.getKey().clone();
              missing.flip(0, records.dimensions());
              return new Pattern(
                  group.getKey().stream().toArray(), missing.stream().toArray(), group.getValue());
            })
        .toList();
  }
}
