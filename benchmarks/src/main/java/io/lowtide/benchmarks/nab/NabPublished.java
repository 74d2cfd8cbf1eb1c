package io.lowtide.benchmarks.nab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the Numenta Anomaly Benchmark publishes of a detector: {@code
 * results/DETECTOR/DETECTOR_standard_scores.csv} of numenta/NAB. Its threshold is the best one for
 * all 58 files together.
 *
 * @param detector name of the detector there
 * @param scores raw score by name of the set, for the sets taken over
 * @param windows number of windows by name of the set: what a detector of nothing loses
 * @param total raw score of all 58 files
 */
record NabPublished(
    String detector, Map<String, Double> scores, Map<String, Integer> windows, double total) {

  /** Windows of all 58 files. */
  static final int WINDOWS = 116;

  private static final String RESOURCE = "published.csv";

  /** Columns before those of the sets: detector, commit, threshold. */
  private static final int FIRST_SET = 3;

  /** The published detectors, from the best total down to {@code null}, which detects nothing. */
  static List<NabPublished> readAll() throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(NabPublished.class.getResourceAsStream(RESOURCE)),
                StandardCharsets.UTF_8))) {
      List<String[]> lines =
          reader
              .lines()
              .filter(line -> !line.startsWith("#"))
              .map(line -> line.split(","))
              .toList();
      String[] header = lines.get(0);
      Map<String, Integer> windows = new LinkedHashMap<>();
      String[] none = lines.get(lines.size() - 1);
      for (int column = FIRST_SET; column < header.length - 1; column++) {
        windows.put(header[column], (int) -Double.parseDouble(none[column]));
      }
      return lines.subList(1, lines.size()).stream()
          .map(line -> of(header, line, windows))
          .toList();
    }
  }

  /** Whether there is a score of a set: of one with its name and as many windows. */
  boolean isOf(NabSet set) {
    return windows.getOrDefault(set.name(), -1) == set.windows().size();
  }

  /** Sum of the raw scores of some sets. */
  double sum(List<String> sets) {
    return sets.stream().mapToDouble(scores::get).sum();
  }

  private static NabPublished of(String[] header, String[] line, Map<String, Integer> windows) {
    Map<String, Double> scores = new LinkedHashMap<>();
    int last = header.length - 1;
    for (int column = FIRST_SET; column < last; column++) {
      scores.put(header[column], Double.parseDouble(line[column]));
    }
    return new NabPublished(line[0], scores, windows, Double.parseDouble(line[last]));
  }
}
