package io.lowtide.benchmarks.detection;

import io.lowtide.trainer.data.LabelledTable;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.data.TableSelection;
import io.lowtide.trainer.data.Tables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * One labelled set and its split: of the normal rows in file order those with an even index train;
 * those with an odd one and every anomaly test.
 *
 * @param name file name without its ending
 * @param training normal rows to train on
 * @param test rows to score
 * @param anomalous for each test row, whether it is an anomaly
 */
record BenchmarkSet(String name, Table training, double[][] test, boolean[] anomalous) {

  static final String LABEL = "anomaly";

  /**
   * Reads every set of a folder: the CSV files whose header has the column {@code anomaly}.
   *
   * @throws IOException if the folder cannot be read
   */
  static List<BenchmarkSet> readAll(Path folder) throws IOException {
    List<BenchmarkSet> sets = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        if (file.getFileName().toString().endsWith(".csv") && isLabelled(file)) {
          sets.add(read(file));
        }
      }
    }
    return sets;
  }

  private static boolean isLabelled(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .findFirst()
          .map(header -> Arrays.asList(header.trim().split(",")).contains(LABEL))
          .orElse(false);
    }
  }

  private static BenchmarkSet read(Path file) {
    LabelledTable labelled = Tables.read(file, TableSelection.labelled(LABEL));
    Table normal = labelled.normal();
    List<double[]> training = new ArrayList<>();
    List<double[]> test = new ArrayList<>();
    for (int row = 0; row < normal.size(); row++) {
      (row % 2 == 0 ? training : test).add(normal.rows()[row]);
    }
    int normals = test.size();
    test.addAll(List.of(labelled.anomalies().rows()));
    boolean[] anomalous = new boolean[test.size()];
    Arrays.fill(anomalous, normals, anomalous.length, true);
    String name = file.getFileName().toString().replaceFirst("\\.csv$", "");
    return new BenchmarkSet(
        name,
        new Table(name, normal.columns(), training.toArray(double[][]::new)),
        test.toArray(double[][]::new),
        anomalous);
  }
}
