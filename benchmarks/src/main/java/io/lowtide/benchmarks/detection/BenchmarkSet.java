package io.lowtide.benchmarks.detection;

import io.lowtide.trainer.data.LabelledTable;
import io.lowtide.trainer.data.RecordFiles;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.data.TableSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
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

  /**
   * The same set with anomalies among the training rows, spread evenly, and gone from the test
   * rows.
   *
   * @param share share of anomalies in the training rows, at least 0 and below 1; at most half of
   *     the anomalies go there, so that enough are left to test on
   * @param seed chooses which
   */
  BenchmarkSet contaminated(double share, long seed) {
    int normals = test.length - anomalies();
    List<double[]> outliers = new ArrayList<>(Arrays.asList(test).subList(normals, test.length));
    Collections.shuffle(outliers, new Random(seed));
    int moved =
        (int) Math.min(Math.round(training.size() * share / (1 - share)), outliers.size() / 2);
    List<double[]> rows = new ArrayList<>(Arrays.asList(training.rows()));
    for (int i = 0; i < moved; i++) {
      rows.add((int) ((i + 0.5) * rows.size() / moved), outliers.get(i));
    }
    List<double[]> kept = new ArrayList<>(Arrays.asList(test).subList(0, normals));
    kept.addAll(outliers.subList(moved, outliers.size()));
    return new BenchmarkSet(
        name,
        training.withRows(rows.toArray(double[][]::new)),
        kept.toArray(double[][]::new),
        anomalousFrom(normals, kept.size()));
  }

  /** Number of test rows that are anomalies. */
  int anomalies() {
    int count = 0;
    for (boolean isAnomaly : anomalous) {
      count += isAnomaly ? 1 : 0;
    }
    return count;
  }

  private static boolean[] anomalousFrom(int first, int size) {
    boolean[] flags = new boolean[size];
    Arrays.fill(flags, first, size, true);
    return flags;
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
    LabelledTable labelled = RecordFiles.of(file).read(TableSelection.labelled(LABEL));
    Table normal = labelled.normal();
    List<double[]> training = new ArrayList<>();
    List<double[]> test = new ArrayList<>();
    for (int row = 0; row < normal.size(); row++) {
      (row % 2 == 0 ? training : test).add(normal.rows()[row]);
    }
    int normals = test.size();
    test.addAll(List.of(labelled.anomalies().rows()));
    String name = file.getFileName().toString().replaceFirst("\\.csv$", "");
    return new BenchmarkSet(
        name,
        normal.withRows(training.toArray(double[][]::new)),
        test.toArray(double[][]::new),
        anomalousFrom(normals, test.size()));
  }
}
