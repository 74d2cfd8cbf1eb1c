package io.lowtide.trainer.feature;

import io.lowtide.density.feature.CategoryText;
import io.lowtide.density.feature.TimeValue;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.feature.FieldRole.Categorical;
import io.lowtide.trainer.feature.FieldRole.Continuous;
import io.lowtide.trainer.feature.FieldRole.Cycle;
import io.lowtide.trainer.feature.FieldRole.Ignored;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Infers from training records what each field should be taken for: a number is continuous, a text
 * that is a time a cycle, another text of few values a category, and one of many nothing.
 */
public final class PlanInference {

  private static final double HOUR = 3_600;
  private static final double DAY = 24 * HOUR;
  private static final double WEEK = 7 * DAY;

  /** Records that a value of a category needs on average. */
  private static final int RECORDS_PER_LEVEL = 10;

  private static final int MOST_LEVELS = 1_000;

  /** Repetitions of a cycle that must be there for it to be learned. */
  private static final double REPETITIONS = 2;

  private PlanInference() {}

  /** The plan alone. */
  public static FeaturePlan plan(Table table) {
    return plan(fields(table));
  }

  /** The plan that these fields make. */
  public static FeaturePlan plan(List<PlannedField> fields) {
    Map<String, List<FieldRole>> roles = new LinkedHashMap<>();
    fields.forEach(field -> roles.put(field.name(), field.roles()));
    return new FeaturePlan(roles);
  }

  /** What each field is taken for, and why. */
  public static List<PlannedField> fields(Table table) {
    return table.columns().stream().map(name -> field(table, name)).toList();
  }

  private static PlannedField field(Table table, String name) {
    double[] column = table.column(table.columns().indexOf(name));
    double[] present = ContinuousInference.present(column);
    String missing =
        present.length == column.length
            ? ""
            : format(
                ", missing in %,d of %,d records", column.length - present.length, column.length);
    if (present.length == 0) {
      return new PlannedField(name, List.of(new Ignored()), "no value in any record");
    }
    List<String> texts = table.dictionaries().get(name);
    return texts == null
        ? number(name, present, missing)
        : text(name, column, present.length, texts, missing);
  }

  private static PlannedField number(String name, double[] sorted, String missing) {
    long distinct = 1;
    for (int i = 1; i < sorted.length; i++) {
      distinct += sorted[i] > sorted[i - 1] ? 1 : 0;
    }
    boolean whole = Arrays.stream(sorted).allMatch(x -> x == Math.rint(x));
    String reason =
        distinct == 1
            ? format(
                "always %s%s; left out of the density, and told when it changes",
                CategoryText.of(sorted[0]), missing)
            : format(
                "%s from %s to %s, %,d different%s%s",
                whole ? "whole numbers" : "numbers",
                CategoryText.of(sorted[0]),
                CategoryText.of(sorted[sorted.length - 1]),
                distinct,
                missing,
                distinct <= 10 ? "; categorical if they are codes and not amounts" : "");
    return new PlannedField(name, List.of(Continuous.inferred()), reason);
  }

  private static PlannedField text(
      String name, double[] column, int present, List<String> texts, String missing) {
    Map<Double, Integer> counts = new HashMap<>();
    for (double value : column) {
      if (!Double.isNaN(value)) {
        counts.merge(value, 1, Integer::sum);
      }
    }
    // A code of digits is no time, and a date is no category: those of the stream are all new.
    double[] seconds =
        counts.keySet().stream()
            .mapToDouble(index -> TimeValue.ofIso(texts.get(index.intValue())))
            .toArray();
    if (Arrays.stream(seconds).noneMatch(Double::isNaN)) {
      return time(name, seconds, missing);
    }
    int levels = counts.size();
    if (levels <= MOST_LEVELS && (levels == 1 || levels * RECORDS_PER_LEVEL <= present)) {
      Map.Entry<Double, Integer> top =
          counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
      return new PlannedField(
          name,
          List.of(new Categorical()),
          format(
              "text of %,d values, most often \"%s\" (%.0f %%)%s",
              levels,
              texts.get(top.getKey().intValue()),
              100.0 * top.getValue() / present,
              missing));
    }
    return new PlannedField(
        name,
        List.of(new Ignored()),
        format(
            "%,d different texts in %,d records%s: an identifier says nothing of what is normal",
            levels, present, missing));
  }

  private static PlannedField time(String name, double[] seconds, String missing) {
    double first = Arrays.stream(seconds).min().orElseThrow();
    double last = Arrays.stream(seconds).max().orElseThrow();
    String span = format("times from %s to %s", TimeValue.text(first), TimeValue.text(last));
    if (!missing.isEmpty()) {
      return new PlannedField(
          name, List.of(new Ignored()), span + missing + ": a cycle needs a time in every record");
    }
    // Daily records carry no time of day.
    boolean withinDays = Arrays.stream(seconds).anyMatch(t -> (t - first) % DAY != 0);
    List<FieldRole> cycles = new java.util.ArrayList<>();
    if (withinDays && last - first >= REPETITIONS * DAY) {
      cycles.add(new Cycle(DAY));
    }
    if (last - first >= REPETITIONS * WEEK) {
      cycles.add(new Cycle(WEEK));
    }
    return cycles.isEmpty()
        ? new PlannedField(
            name, List.of(new Ignored()), span + ": too short to learn a daily cycle from")
        : new PlannedField(name, cycles, span + "; records are judged under it");
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
