package io.lowtide.trainer.feature;

import io.lowtide.density.feature.CategoryText;
import io.lowtide.schemas.FeatureTransform;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The few values of a column that lie so far outside that they are no part of it: placeholders like
 * 1e9, and spikes. A column's scale must stand them.
 *
 * <p>Distances are measured on the asinh of the distance from the median in interquartile ranges,
 * on which a tail that falls like a power has gaps of one size. Values are far if there are few of
 * them, a hundred times further out than the last of the others, behind a gap that a tail as heavy
 * as that of the others (Hill 1975, Annals of Statistics 3, 1163-1174) would hardly leave. Values
 * in numbers that are not all the same are a rare mode, not spikes. One number that is written with
 * nines alone need not be as far.
 *
 * @param values the different far values, ascending
 * @param counts how many of each
 * @param lowest of the others
 * @param highest of the others
 */
record FarValues(double[] values, int[] counts, double lowest, double highest) {

  private static final int LEAST_RECORDS = 20;

  /** Of a column, on each side. */
  private static final double LARGEST_SHARE = 0.01;

  /** A hundred times further out. */
  private static final double SMALLEST_GAP = Math.log(100);

  /** That of one value that is written with nines alone, as placeholders like -999 are. */
  private static final double SMALLEST_GAP_OF_NINES = Math.log(4.5);

  /** Minus the logarithm of the probability of a gap that chance does not leave. */
  private static final double CHANCE = 12;

  /** Share of the other values whose distances say how heavy the tail is. */
  private static final double TAIL = 0.05;

  /** Fewer values than this, and than ten, make no mode. */
  private static final double SMALLEST_MODE = 0.002;

  private static final int FEWEST_OF_A_MODE = 10;

  /** No measurement is so many interquartile ranges from its median. */
  private static final double NO_MEASUREMENT = 1e12;

  private static final int MOST_TOLD = 5;

  /**
   * Finds them.
   *
   * @param sorted the values of a column, ascending, without missing ones
   */
  static FarValues of(double[] sorted) {
    int above = 0;
    int below = 0;
    if (sorted.length >= LEAST_RECORDS && sorted[0] < sorted[sorted.length - 1]) {
      double[] distances = distances(sorted);
      above = farAtEnd(distances, sorted);
      double[] mirrored = mirrored(distances);
      below = farAtEnd(mirrored, mirrored(sorted));
    }
    double[] far = new double[above + below];
    System.arraycopy(sorted, 0, far, 0, below);
    System.arraycopy(sorted, sorted.length - above, far, below, above);
    return counted(
        far,
        sorted.length == 0 ? 0 : sorted[below],
        sorted.length == 0 ? 0 : sorted[sorted.length - above - 1]);
  }

  private static double[] distances(double[] sorted) {
    ColumnTransform middle = ColumnTransform.of(FeatureTransform.ASINH, sorted);
    return Arrays.stream(sorted).map(middle::apply).toArray();
  }

  private static double[] mirrored(double[] ascending) {
    double[] mirrored = new double[ascending.length];
    for (int i = 0; i < mirrored.length; i++) {
      mirrored[i] = -ascending[ascending.length - 1 - i];
    }
    return mirrored;
  }

  /** How many of the last ones are far. */
  private static int farAtEnd(double[] distances, double[] sorted) {
    int n = distances.length;
    int most = (int) Math.max(1, LARGEST_SHARE * n);
    for (int far = most; far > 0; far--) {
      double gap = distances[n - far] - distances[n - far - 1];
      double smallest = isOneOfNines(sorted, n - far) ? SMALLEST_GAP_OF_NINES : SMALLEST_GAP;
      if (distances[n - far] > smallest
          && gap > smallest
          && gap > CHANCE / far * tail(distances, n - far)
          && !isMode(distances, sorted, n - far)) {
        return far;
      }
    }
    return 0;
  }

  /** Whether all from an index on are one number of at least two digits, all of them nines. */
  private static boolean isOneOfNines(double[] sorted, int first) {
    double value = sorted[first];
    return value == sorted[sorted.length - 1]
        && CategoryText.of(Math.abs(value)).matches("99+(\\.9+)?");
  }

  /** Mean distance of the last of so many ones from where their tail begins. */
  private static double tail(double[] distances, int others) {
    int count = (int) Math.max(2, TAIL * others);
    double begin = distances[others - count];
    double sum = 0;
    for (int i = others - count; i < others; i++) {
      sum += distances[i] - begin;
    }
    return sum / count;
  }

  private static boolean isMode(double[] distances, double[] sorted, int first) {
    int n = distances.length;
    int count = n - first;
    int distinct = 1;
    for (int i = first + 1; i < n; i++) {
      distinct += sorted[i] > sorted[i - 1] ? 1 : 0;
    }
    return count > FEWEST_OF_A_MODE
        && count > SMALLEST_MODE * n
        && 2 * distinct > count
        && distances[n - 1] < Math.log(2 * NO_MEASUREMENT);
  }

  private static FarValues counted(double[] far, double lowest, double highest) {
    double[] values = new double[far.length];
    int[] counts = new int[far.length];
    int distinct = 0;
    for (double value : far) {
      if (distinct > 0 && values[distinct - 1] == value) {
        counts[distinct - 1]++;
      } else {
        values[distinct] = value;
        counts[distinct++] = 1;
      }
    }
    return new FarValues(
        Arrays.copyOf(values, distinct), Arrays.copyOf(counts, distinct), lowest, highest);
  }

  /** Whether there are none. */
  boolean isEmpty() {
    return values.length == 0;
  }

  /** Whether a value is one of them; a missing one is not. */
  boolean contains(double value) {
    return value < lowest || value > highest;
  }

  /** The values with their numbers, for a person. */
  String text() {
    List<String> told = new ArrayList<>();
    for (int i = 0; i < Math.min(values.length, MOST_TOLD); i++) {
      told.add(String.format(Locale.ROOT, "%s in %,d", CategoryText.of(values[i]), counts[i]));
    }
    if (values.length > MOST_TOLD) {
      int others = 0;
      for (int i = MOST_TOLD; i < values.length; i++) {
        others += counts[i];
      }
      told.add(String.format(Locale.ROOT, "others in %,d", others));
    }
    return String.join(", ", told);
  }
}
