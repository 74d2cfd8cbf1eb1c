package io.lowtide.kafka.settings;

import java.util.Collection;
import java.util.Comparator;

/** Finds what a misspelt name was meant to be. */
public final class NearestName {

  private NearestName() {}

  /**
   * The candidate with the smallest Levenshtein distance; of equally near ones the first in
   * alphabetical order.
   *
   * @param candidates at least one
   */
  public static String of(String name, Collection<String> candidates) {
    return candidates.stream()
        .min(
            Comparator.<String>comparingInt(candidate -> distance(name, candidate))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow();
  }

  /** Insertions, deletions and replacements of one character that turn one text into the other. */
  public static int distance(String from, String to) {
    int[] previous = new int[to.length() + 1];
    int[] current = new int[to.length() + 1];
    for (int column = 0; column <= to.length(); column++) {
      previous[column] = column;
    }
    for (int row = 1; row <= from.length(); row++) {
      current[0] = row;
      for (int column = 1; column <= to.length(); column++) {
        int replacement = from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1;
        current[column] =
            Math.min(
                previous[column - 1] + replacement,
                1 + Math.min(previous[column], current[column - 1]));
      }
      int[] swap = previous;
      previous = current;
      current = swap;
    }
    return previous[to.length()];
  }
}
