package io.lowtide.trainer.feature;

import io.lowtide.density.explanation.AlertSummary;
import io.lowtide.density.feature.TimeReading;
import io.lowtide.density.feature.TimeValue;
import io.lowtide.schemas.DateOrder;
import io.lowtide.trainer.feature.FieldRole.Continuous;
import io.lowtide.trainer.feature.FieldRole.Ignored;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;

/** What a column of numbers is taken for. */
final class NumberColumn {

  private static final double YEAR_2000 = 946_684_800;
  private static final double YEAR_2040 = 2_208_988_800.0;
  private static final double YEAR_2010 = 1_262_304_000;
  private static final double YEAR = 366 * 86_400.0;

  /** From here on a plain number of seconds would be beyond the year 5000. */
  private static final double MILLISECONDS = 1e11;

  /** From here on a plain number is one of nanoseconds. */
  private static final double NANOSECONDS = 1e17;

  /** Not every whole number from here on is a double. */
  private static final double EXACT = 9_007_199_254_740_992.0;

  /** Share of the numbers that identifiers of 64 bits have beyond that. */
  private static final double MOSTLY = 0.9;

  /** The digits of the times from 1970 to 2039, to the second. */
  private static final double FIRST_DATE = 19_700_101e6;

  private static final double END_OF_DATES = 20_400_101e6;

  /** Different numbers that can hardly be of dates all by chance. */
  private static final int LEAST_DATES = 5;

  /**
   * Pairs of records that chance would give the same whole number; a column that nevertheless has
   * none has been numbered.
   */
  private static final double EXPECTED_REPEATS = 20;

  /** Different values from which on a column that hardly ever goes back is a counter. */
  private static final int LEAST_STEPS = 20;

  /** Share of the records with which a counter counts; a batch number or a date hardly changes. */
  private static final double LEAST_CHANGES = 0.1;

  private final String name;
  private final double[] column;
  private final double[] sorted;
  private final RecordOrder order;

  /**
   * @param column its values in the order of the records, NaN where missing
   */
  NumberColumn(String name, double[] column, RecordOrder order) {
    this.name = name;
    this.column = column;
    this.sorted = ContinuousInference.present(column);
    this.order = order;
  }

  PlannedField planned() {
    if (sorted.length == 0) {
      return ignored("no value in any record");
    }
    String missing = Reason.missing(sorted.length, column.length);
    long distinct = distinct();
    if (distinct == 1) {
      return scored(
          Reason.format(
              "always %s%s; left out of the density, and told when it changes",
              Reason.number(sorted[0]), missing));
    }
    int direction = direction();
    if (isEpoch(direction)) {
      double[] seconds = Arrays.stream(column).map(TimeReading.UTC::ofNumber).toArray();
      return new CycleColumn(name, seconds, "numbers that are").planned(DateOrder.UNSTATED, 0, "");
    }
    Optional<String> date = date();
    if (direction != 0) {
      return goingOn(direction, missing, date);
    }
    if (date.isPresent()) {
      return ignored(
          Reason.format(
              "numbers from %s to %s%s%s",
              Reason.number(sorted[0]),
              Reason.number(sorted[sorted.length - 1]),
              missing,
              howToWrite(date.get())));
    }
    boolean whole = isWhole();
    if (whole && isOfManyDigits()) {
      return ignored(
          Reason.format(
              "whole numbers of up to %d digits%s, more than amounts have: an identifier says"
                  + " nothing of what is normal",
              largestDigits(), missing));
    }
    if (whole && isNumbered(distinct)) {
      return ignored(
          Reason.format(
              "whole numbers from %s to %s%s, none of them twice, as if the records were numbered:"
                  + " an identifier says nothing of what is normal",
              Reason.number(sorted[0]), Reason.number(sorted[sorted.length - 1]), missing));
    }
    boolean resets = distinct > LEAST_STEPS && order.isCounter(column);
    double range = sorted[sorted.length - 1] - sorted[0];
    DoubleFunction<String> told =
        whole ? Reason::number : value -> AlertSummary.number(value, range);
    return scored(
        Reason.format(
            "%s from %s to %s, %,d different%s%s%s",
            whole ? "whole numbers" : "numbers",
            told.apply(sorted[0]),
            told.apply(sorted[sorted.length - 1]),
            distinct,
            missing,
            distinct <= 10 ? "; categorical if they are codes and not amounts" : "",
            resets
                ? "; goes on but for where it begins anew, as counters do: \"continuous difference\""
                    + " scores its change"
                : ""));
  }

  private static String howToWrite(String date) {
    return ": dates, it seems, which records are judged under where they are written like " + date;
  }

  private int largestDigits() {
    return 1 + (int) Math.log10(Math.max(-sorted[0], sorted[sorted.length - 1]));
  }

  private PlannedField scored(String reason) {
    return new PlannedField(name, List.of(Continuous.inferred()), reason);
  }

  private PlannedField ignored(String reason) {
    return new PlannedField(name, List.of(new Ignored()), reason);
  }

  private long distinct() {
    long distinct = 1;
    for (int i = 1; i < sorted.length; i++) {
      distinct += sorted[i] > sorted[i - 1] ? 1 : 0;
    }
    return distinct;
  }

  private boolean isWhole() {
    return Arrays.stream(sorted).allMatch(x -> x == Math.rint(x));
  }

  private int direction() {
    int ofKeys = order.direction(column);
    return ofKeys == 0 ? order.ofAll().direction(column) : ofKeys;
  }

  private PlannedField goingOn(int direction, String missing, Optional<String> date) {
    String span =
        Reason.format(
            "goes %s from %s to %s with the records%s, so that the next ones lie beyond it",
            direction > 0 ? "up" : "down",
            Reason.number(direction > 0 ? sorted[0] : sorted[sorted.length - 1]),
            Reason.number(direction > 0 ? sorted[sorted.length - 1] : sorted[0]),
            missing);
    if (date.isPresent()) {
      return ignored(span + howToWrite(date.get()));
    }
    boolean isNumber = isWhole() && isNumbered(distinct());
    if (!isNumber
        && order.isCounter(column)
        && !order.isSteady(column)
        && order.changes(column) > LEAST_CHANGES) {
      return new PlannedField(
          name, List.of(Continuous.change()), span + "; a counter, scored by its change");
    }
    return ignored(span + whyLeftOut(isNumber));
  }

  /** Identifiers with gaps and counters of whole things look alike: a person knows. */
  private String whyLeftOut(boolean isNumber) {
    if (order.isSteady(column)) {
      return ": a row number or identifier says nothing of what is normal";
    }
    return isNumber
        ? ": a row number or identifier, it seems, which says nothing of what is normal; if it is a"
            + " counter, \"continuous difference\" scores its change"
        : "; \"continuous difference\" scores its change instead";
  }

  private boolean isNumbered(long distinct) {
    double range = sorted[sorted.length - 1] - sorted[0] + 1;
    double n = sorted.length;
    return distinct == sorted.length && n * n / (2 * range) >= EXPECTED_REPEATS;
  }

  /**
   * Whether what could be nanoseconds has every digit of them at a time before clocks gave these,
   * or over years and in no order: as identifiers of 64 bits are.
   */
  private boolean isDrawn(FarValues far, double first, double last, int direction) {
    return far.lowest() >= NANOSECONDS
        && !isRoundTo(1e3)
        && (last < YEAR_2010 || direction == 0 && last - first >= YEAR);
  }

  /** Whether at least half of the numbers are whole multiples, as near as a double comes to it. */
  private boolean isRoundTo(double unit) {
    long round = Arrays.stream(sorted).filter(x -> unit * Math.rint(x / unit) == x).count();
    return 2 * round >= sorted.length;
  }

  /** Whole numbers too large for a double, with all of their digits: no amounts have these. */
  private boolean isOfManyDigits() {
    long large = Arrays.stream(sorted).filter(x -> Math.abs(x) >= EXACT).count();
    return large >= MOSTLY * sorted.length && !isRoundTo(1e6);
  }

  /** A date as people write it, where the digits of all numbers are those of one; else empty. */
  private Optional<String> date() {
    if (distinct() < LEAST_DATES || !isWhole()) {
      return Optional.empty();
    }
    if (areDates(1e6)) {
      return Optional.of(dateText(1e6).substring(0, "2026-01-05".length()));
    }
    return areDates(1e2)
        ? Optional.of(dateText(1e2).replace('T', ' ').substring(0, "2026-01-05 08:30".length()))
        : Optional.empty();
  }

  /**
   * @param timeOfDay what gives the digits of a date those of a time of day
   */
  private boolean areDates(double timeOfDay) {
    return timeOfDay * sorted[0] >= FIRST_DATE
        && timeOfDay * sorted[sorted.length - 1] < END_OF_DATES
        && Arrays.stream(sorted)
            .noneMatch(x -> Double.isNaN(TimeReading.UTC.ofNumber(timeOfDay * x)));
  }

  private String dateText(double timeOfDay) {
    return TimeValue.text(TimeReading.UTC.ofNumber(timeOfDay * sorted[0]));
  }

  /** Seconds, milliseconds, microseconds or nanoseconds since 1970. */
  private boolean isEpoch(int direction) {
    FarValues far = FarValues.of(sorted);
    double first = TimeReading.UTC.ofNumber(far.lowest());
    double last = TimeReading.UTC.ofNumber(far.highest());
    boolean plausible =
        far.lowest() > 0 && first >= YEAR_2000 && last <= YEAR_2040 && last >= first;
    if (!plausible
        || Arrays.stream(sorted).anyMatch(x -> Double.isNaN(TimeReading.UTC.ofNumber(x)))
        || isDrawn(far, first, last, direction)) {
      return false;
    }
    boolean oneUnit = far.highest() / far.lowest() < YEAR_2040 / YEAR_2000;
    return oneUnit
        && (direction > 0
            || far.lowest() >= MILLISECONDS
            || isWhole() && last - first < YEAR && 2 * distinct() > sorted.length);
  }
}
