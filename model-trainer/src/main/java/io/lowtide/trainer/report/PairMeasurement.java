package io.lowtide.trainer.report;

import io.lowtide.density.feature.FeatureEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Chooses the pairs of fields that say most about each other, and draws the model's density of
 * them. The density of two fields whatever the others are is no number that a flow gives; it is
 * estimated from the model's draws, and so smoothed.
 */
final class PairMeasurement {

  /** Pairs of so many fields are compared. */
  static final int MOST_FIELDS = 96;

  static final int MOST_PAIRS = 6;
  private static final int PAIRS_OF_A_FIELD = 2;

  private static final int RECORDS_COMPARED = 4_000;
  private static final int RANK_BINS = 12;
  private static final int POINTS = 400;
  private static final double OUTSIDE = 0.001;
  private static final int LEAST_SAMPLES = 100;

  private final ScoredRecords records;
  private final double[][] samples;
  private final List<UnlikelyRecord> unlikely;
  private final FeatureEncoder encoder;

  PairMeasurement(ScoredRecords records, double[][] samples, List<UnlikelyRecord> unlikely) {
    this.records = records;
    this.samples = samples;
    this.unlikely = unlikely;
    this.encoder = records.model().encoder();
  }

  /** Two scored fields and how much they say about each other, in nats. */
  private record Pair(int first, int second, double dependence) {}

  /** The pairs, the most dependent first; none if there is one field or nothing could be drawn. */
  List<PairDensity> of() {
    if (samples.length < LEAST_SAMPLES) {
      return List.of();
    }
    return chosen().stream().map(this::density).toList();
  }

  private List<Pair> chosen() {
    int fields = Math.min(MOST_FIELDS, encoder.dimensions());
    int count = Math.min(RECORDS_COMPARED, records.size());
    int[] rows =
        IntStream.range(0, count).map(i -> (int) ((long) i * records.size() / count)).toArray();
    int[][] ranks = IntStream.range(0, fields).mapToObj(f -> ranks(rows, f)).toArray(int[][]::new);
    List<Pair> pairs = new ArrayList<>();
    for (int first = 0; first < fields; first++) {
      for (int second = first + 1; second < fields; second++) {
        pairs.add(new Pair(first, second, dependence(ranks[first], ranks[second])));
      }
    }
    pairs.sort(Comparator.comparingDouble(Pair::dependence).reversed());
    int[] used = new int[fields];
    List<Pair> chosen = new ArrayList<>();
    // First such that no field is everywhere, then whatever there is.
    for (int most = PAIRS_OF_A_FIELD; most <= fields; most++) {
      for (Pair pair : pairs) {
        if (chosen.size() < MOST_PAIRS
            && used[pair.first()] < most
            && used[pair.second()] < most
            && !chosen.contains(pair)) {
          chosen.add(pair);
          used[pair.first()]++;
          used[pair.second()]++;
        }
      }
    }
    chosen.sort(Comparator.comparingDouble(Pair::dependence).reversed());
    return chosen;
  }

  /** In which of so many equal parts of the sorted values each value is; -1 where it is missing. */
  private int[] ranks(int[] rows, int feature) {
    double[] sorted =
        Arrays.stream(rows)
            .mapToDouble(row -> records.values()[row][feature])
            .filter(value -> !Double.isNaN(value))
            .sorted()
            .toArray();
    return Arrays.stream(rows)
        .map(
            row -> {
              double value = records.values()[row][feature];
              if (Double.isNaN(value)) {
                return -1;
              }
              int found = Arrays.binarySearch(sorted, value);
              return (int) ((long) found * RANK_BINS / sorted.length);
            })
        .toArray();
  }

  /** Mutual information of two ranked fields, less what chance alone gives (Miller 1955). */
  private static double dependence(int[] first, int[] second) {
    double[][] joint = new double[RANK_BINS][RANK_BINS];
    double[] ofFirst = new double[RANK_BINS];
    double[] ofSecond = new double[RANK_BINS];
    int count = 0;
    for (int i = 0; i < first.length; i++) {
      if (first[i] >= 0 && second[i] >= 0) {
        joint[first[i]][second[i]]++;
        ofFirst[first[i]]++;
        ofSecond[second[i]]++;
        count++;
      }
    }
    if (count == 0) {
      return 0;
    }
    double sum = 0;
    for (int i = 0; i < RANK_BINS; i++) {
      for (int j = 0; j < RANK_BINS; j++) {
        if (joint[i][j] > 0) {
          sum += joint[i][j] / count * Math.log(joint[i][j] * count / (ofFirst[i] * ofSecond[j]));
        }
      }
    }
    double degrees = (double) (occupied(ofFirst) - 1) * (occupied(ofSecond) - 1);
    return Math.max(0, sum - degrees / (2 * count));
  }

  private static int occupied(double[] counts) {
    return (int) Arrays.stream(counts).filter(value -> value > 0).count();
  }

  private PairDensity density(Pair pair) {
    FieldScale first = FieldScale.of(encoder.features().get(pair.first()));
    FieldScale second = FieldScale.of(encoder.features().get(pair.second()));
    Span firstSpan = span(first, pair.first());
    Span secondSpan = span(second, pair.second());
    int grid = PairDensity.GRID;
    List<Integer> cells = new ArrayList<>();
    for (double[] sample : samples) {
      int column = firstSpan.part(first.of(sample[pair.first()]), grid);
      int row = secondSpan.part(second.of(sample[pair.second()]), grid);
      if (column >= 0 && row >= 0) {
        cells.add(row * grid + column);
      }
    }
    SmoothedCounts smoothed = SmoothedCounts.of(grid, cells);
    return new PairDensity(
        encoder.inputs().get(pair.first()).column(),
        encoder.inputs().get(pair.second()).column(),
        pair.dependence(),
        first,
        second,
        firstSpan,
        secondSpan,
        smoothed.density(),
        PairDensity.SHARES.stream().mapToDouble(smoothed::level).toArray(),
        smoothed.width(),
        points(pair),
        unlikely.stream()
            .map(record -> point(record.row(), pair))
            .filter(point -> Double.isFinite(point[0] + point[1]))
            .toList());
  }

  private Span span(FieldScale scale, int feature) {
    double[] ofRecords =
        Arrays.stream(records.values())
            .mapToDouble(row -> row[feature])
            .filter(value -> !Double.isNaN(value))
            .toArray();
    double[] drawn = Arrays.stream(samples).mapToDouble(sample -> sample[feature]).toArray();
    return Span.of(scale, OUTSIDE, ofRecords, drawn);
  }

  private List<double[]> points(Pair pair) {
    int count = Math.min(POINTS, records.size());
    return IntStream.range(0, count)
        .mapToObj(i -> point((int) ((long) i * records.size() / count), pair))
        .filter(point -> Double.isFinite(point[0] + point[1]))
        .toList();
  }

  private double[] point(int row, Pair pair) {
    double[] values = records.values()[row];
    return new double[] {values[pair.first()], values[pair.second()]};
  }
}
