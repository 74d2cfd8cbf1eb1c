package io.lowtide.trainer.feature;

import io.lowtide.density.feature.TimeReading;
import io.lowtide.schemas.DateOrder;
import io.lowtide.trainer.feature.FieldRole.Categorical;
import io.lowtide.trainer.feature.FieldRole.Ignored;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a column of texts is taken for. */
final class TextColumn {

  /** Records that a value of a category needs on average. */
  private static final int RECORDS_PER_LEVEL = 10;

  private static final int MOST_LEVELS = 1_000;

  /** Different texts for each record from which on they name the records. */
  private static final double IDENTIFIER = 0.9;

  /** Characters of a text that is told. */
  private static final int LONGEST_EXAMPLE = 40;

  /** Share of the texts that are times in a column of times; the others are placeholders. */
  private static final double TIMES = 0.9;

  /** A category has more values than two when it is said to go on. */
  private static final int LEAST_GROWING = 3;

  /** Share of the newest tenth of the records that are of values that there were not before. */
  private static final double NEW = 0.5;

  private static final TimeReading DAY_FIRST = new TimeReading(ZoneOffset.UTC, DateOrder.DAY_FIRST);

  private static final TimeReading MONTH_FIRST =
      new TimeReading(ZoneOffset.UTC, DateOrder.MONTH_FIRST);

  private final String name;
  private final double[] column;
  private final List<String> texts;
  private final RecordOrder order;
  private final Map<Double, Integer> counts = new HashMap<>();
  private final int present;

  /**
   * @param column indices of its texts in the order of the records, NaN where missing
   */
  TextColumn(String name, double[] column, List<String> texts, RecordOrder order) {
    this.name = name;
    this.column = column;
    this.texts = texts;
    this.order = order;
    for (double value : column) {
      if (!Double.isNaN(value)) {
        counts.merge(value, 1, Integer::sum);
      }
    }
    this.present = counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  PlannedField planned() {
    if (present == 0) {
      return ignored("no value in any record");
    }
    long times = datesBy(TimeReading.UTC);
    long dayFirst = datesBy(DAY_FIRST);
    long monthFirst = datesBy(MONTH_FIRST);
    if (times >= TIMES * present) {
      return time(TimeReading.UTC, DateOrder.UNSTATED);
    }
    if (Math.max(dayFirst, monthFirst) >= TIMES * present) {
      if (dayFirst == monthFirst) {
        return ignored(
            Reason.format(
                "dates like %s, of which day and month cannot be told apart: say which, as in"
                    + " \"cycle week day-first\" or \"cycle week month-first\"",
                texts.get(counts.keySet().iterator().next().intValue())));
      }
      return dayFirst > monthFirst
          ? time(DAY_FIRST, DateOrder.DAY_FIRST)
          : time(MONTH_FIRST, DateOrder.MONTH_FIRST);
    }
    String missing = Reason.missing(present, column.length);
    int levels = counts.size();
    boolean few = levels <= MOST_LEVELS && (levels == 1 || levels * RECORDS_PER_LEVEL <= present);
    if (few && isGrowing()) {
      return ignored(
          Reason.format(
              "%,d different texts that come and go with the records, from \"%s\" to \"%s\"%s: the"
                  + " next ones are none of them",
              levels, texts.get((int) first()), texts.get((int) last()), missing));
    }
    return few ? category(levels, missing) : ignored(manyTexts(levels) + missing + whyTooMany());
  }

  /** With one of them, which shows a person what form its numbers or times have, if it is any. */
  private String manyTexts(int levels) {
    String example = texts.get((int) first());
    return Reason.format(
        "%,d different texts in %,d records, such as \"%s\"",
        levels,
        present,
        example.length() <= LONGEST_EXAMPLE
            ? example
            : example.substring(0, LONGEST_EXAMPLE) + "...");
  }

  private String whyTooMany() {
    return counts.size() > IDENTIFIER * present
        ? ": an identifier says nothing of what is normal"
        : ": too many for a category, and neither numbers nor times";
  }

  /** Records with a date or a time of day; a code of digits is none. */
  private long datesBy(TimeReading times) {
    return counts.entrySet().stream()
        .filter(text -> !Double.isNaN(times.ofDate(texts.get(text.getKey().intValue()))))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private PlannedField time(TimeReading times, DateOrder dateOrder) {
    TimeColumn read = TimeColumn.of(column, texts, times);
    return new CycleColumn(name, read.seconds(), "")
        .planned(dateOrder, read.unreadable(), read.example());
  }

  /** Whether its values come one behind the other, and do not come back. */
  private boolean isGrowing() {
    if (counts.size() < LEAST_GROWING) {
      return false;
    }
    Map<Double, Double> places = new HashMap<>();
    double[] ofFirstAppearance = new double[column.length];
    int newestFrom = column.length - column.length / 10;
    int fresh = 0;
    int newest = 0;
    Map<Double, Boolean> before = new HashMap<>();
    for (int row = 0; row < column.length; row++) {
      double value = column[row];
      if (Double.isNaN(value)) {
        ofFirstAppearance[row] = Double.NaN;
        continue;
      }
      ofFirstAppearance[row] = places.computeIfAbsent(value, unused -> (double) places.size());
      if (row < newestFrom) {
        before.put(value, true);
      } else {
        newest++;
        fresh += before.containsKey(value) ? 0 : 1;
      }
    }
    return fresh > NEW * newest
        || order.direction(ofFirstAppearance) > 0
        || order.ofAll().direction(ofFirstAppearance) > 0;
  }

  private double first() {
    return Arrays.stream(column).filter(x -> !Double.isNaN(x)).findFirst().orElseThrow();
  }

  private double last() {
    double last = first();
    for (double value : column) {
      last = Double.isNaN(value) ? last : value;
    }
    return last;
  }

  private PlannedField category(int levels, String missing) {
    if (levels == 1) {
      return new PlannedField(
          name,
          List.of(new Categorical()),
          Reason.format(
              "always \"%s\"%s; told when it changes", texts.get((int) first()), missing));
    }
    Map.Entry<Double, Integer> top =
        counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
    return new PlannedField(
        name,
        List.of(new Categorical()),
        Reason.format(
            "text of %,d values, most often \"%s\" (%.0f %%)%s",
            levels, texts.get(top.getKey().intValue()), 100.0 * top.getValue() / present, missing));
  }

  private PlannedField ignored(String reason) {
    return new PlannedField(name, List.of(new Ignored()), reason);
  }
}
