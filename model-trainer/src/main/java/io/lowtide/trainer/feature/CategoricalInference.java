package io.lowtide.trainer.feature;

import io.lowtide.density.feature.CategoryText;
import io.lowtide.schemas.CategoricalFeature;
import io.lowtide.schemas.CategoryLevel;
import io.lowtide.schemas.ContextFeature;
import io.lowtide.schemas.ContextKind;
import io.lowtide.schemas.DateOrder;
import io.lowtide.schemas.FeatureTransform;
import io.lowtide.schemas.Presence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Infers the probabilities of a category's values, and which of them the flow is told apart. */
final class CategoricalInference {

  /** Added to the count of each value (Jeffreys' prior). */
  private static final double PRIOR = 0.5;

  /** A value of fewer training records has no entry in the context. */
  private static final int LEAST_RECORDS_IN_CONTEXT = 30;

  private static final int MOST_IN_CONTEXT = 32;

  private CategoricalInference() {}

  /** A value and its number of records. */
  private record Count(String text, int records) {}

  /**
   * Infers a scored category. The values that training did not see together have the probability of
   * those that it saw once (Good 1953, Biometrika 40, 237-264), and of half a record at least.
   *
   * @param name name of the column
   * @param column its training values, NaN where missing
   * @param texts the texts that the values are indices of; null for a column of numbers
   * @param optional whether it may be missing
   */
  static CategoricalFeature infer(
      String name, double[] column, List<String> texts, boolean optional) {
    List<Count> counts = counts(column, texts);
    int present = counts.stream().mapToInt(Count::records).sum();
    double unknown = PRIOR + counts.stream().filter(count -> count.records() == 1).count();
    double absent = optional ? column.length - present + PRIOR : 0;
    double total = present + PRIOR * counts.size() + unknown + absent;
    List<CategoryLevel> levels =
        counts.stream()
            .map(count -> new CategoryLevel(count.text(), (count.records() + PRIOR) / total))
            .toList();
    return new CategoricalFeature(
        name, levels, unknown / total, absent / total, inContext(counts), null, List.of());
  }

  /**
   * Infers a category of the context.
   *
   * @param name name of the column
   * @param column its training values, NaN where missing
   * @param texts the texts that the values are indices of; null for a column of numbers
   */
  static ContextFeature inferContext(String name, double[] column, List<String> texts) {
    List<Count> counts = counts(column, texts);
    return new ContextFeature(
        name,
        ContextKind.CATEGORY,
        0.0,
        0,
        FeatureTransform.IDENTITY,
        0.0,
        1.0,
        0.0,
        1.0,
        counts.subList(0, inContext(counts)).stream().map(Count::text).toList(),
        "",
        DateOrder.UNSTATED,
        Presence.REQUIRED);
  }

  private static int inContext(List<Count> counts) {
    if (counts.size() < 2) {
      return 0;
    }
    long frequent =
        counts.stream().filter(count -> count.records() >= LEAST_RECORDS_IN_CONTEXT).count();
    return (int) Math.min(MOST_IN_CONTEXT, frequent);
  }

  /** Most frequent first; among equals by their text, so that the order is always the same. */
  private static List<Count> counts(double[] column, List<String> texts) {
    Map<Double, Integer> records = new HashMap<>();
    for (double value : column) {
      if (!Double.isNaN(value)) {
        // Zero has two signs, and one text.
        records.merge(value + 0.0, 1, Integer::sum);
      }
    }
    List<Count> counts = new ArrayList<>();
    records.forEach(
        (value, count) ->
            counts.add(
                new Count(
                    texts == null ? CategoryText.of(value) : texts.get(value.intValue()), count)));
    counts.sort(Comparator.comparingInt(Count::records).reversed().thenComparing(Count::text));
    return counts;
  }
}
