package io.lowtide.benchmarks.detection;

import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.evaluation.DetectionMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Published figures of other detectors on the same sets and split. */
final class Baselines {

  private static final String HEADER = "name,detector,auroc,average_precision";

  /** Figures by detector, then by set. */
  private final Map<String, Map<String, DetectionMetrics>> metrics = new LinkedHashMap<>();

  private Baselines() {}

  /** No figures. */
  static Baselines none() {
    return new Baselines();
  }

  /**
   * Reads a file of the columns name, detector, auroc, average_precision.
   *
   * @throws IOException if it cannot be read
   * @throws DataException if it has other columns
   */
  static Baselines read(Path file) throws IOException {
    Baselines baselines = none();
    baselines.add(file);
    return baselines;
  }

  /** Adds the figures of a further file, which {@link #read} would read. */
  void add(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
      throw new DataException(
          file + ": header " + lines.stream().findFirst().orElse("") + ", expected " + HEADER);
    }
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split(",");
      metrics
          .computeIfAbsent(fields[1], detector -> new LinkedHashMap<>())
          .put(
              fields[0],
              new DetectionMetrics(Double.parseDouble(fields[2]), Double.parseDouble(fields[3])));
    }
  }

  /** Figures by detector, then by set. */
  Map<String, Map<String, DetectionMetrics>> metrics() {
    return metrics;
  }
}
